# An invoice set right below what was paid gives the difference back as unapplied cash.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-01-20  pay 100.00 EUR
day 2026-02-10  correct INV-1 amount 70.00 EUR
                expect open nothing
                expect unapplied 30.00 EUR
day 2026-02-12  correct INV-1 amount 120.00 EUR
                expect open 50.00 EUR bucket 1-30
                expect unapplied 30.00 EUR
