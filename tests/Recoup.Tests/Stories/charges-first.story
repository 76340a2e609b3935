# Where costs come before the principal, a payment meets the charge first though it fell due last.
policy levels with allocation charges_first
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
                invoice INV-2 100.00 EUR due 2026-02-15
day 2026-02-20  charge FEE-1 10.00 EUR
day 2026-02-25  pay 50.00 EUR
                expect open of FEE-1 nothing
                expect open of INV-1 60.00 EUR
                expect open 160.00 EUR bucket 1-30
day 2026-02-26  charge FEE-2 8.00 EUR
                waive FEE-2
                expect open of FEE-2 nothing
                waive INV-1
                expect refused not a charge
