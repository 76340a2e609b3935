# A payment that names an invoice which is not there yet applies itself when it arrives.
day 2026-01-10  invoice INV-1 60.00 EUR due 2026-01-31
day 2026-01-15  pay 100.00 EUR for INV-1 60.00 and INV-2 40.00
                expect open nothing
                expect unapplied 40.00 EUR
# INV-1 is set right meanwhile; the part for INV-2 stays meant for it.
day 2026-01-16  correct INV-1 amount 50.00 EUR
                expect unapplied 50.00 EUR
day 2026-01-20  invoice INV-2 45.00 EUR due 2026-02-20
                expect open 5.00 EUR bucket current
                expect unapplied 10.00 EUR
