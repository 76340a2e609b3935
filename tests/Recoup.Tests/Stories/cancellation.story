# An invoice that should never have been gives back what was paid on it.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
                invoice INV-2 40.00 EUR due 2026-01-31
day 2026-01-20  pay 60.00 EUR for INV-1
day 2026-02-02  cancel INV-1
                expect open 40.00 EUR bucket 1-30
                expect unapplied 60.00 EUR
                cancel INV-1
                expect refused item cancelled
                pay 10.00 EUR for INV-1
                expect unapplied 70.00 EUR
