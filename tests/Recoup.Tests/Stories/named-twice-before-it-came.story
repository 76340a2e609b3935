# Two mentions of one invoice that is still to come count both.
day 2026-01-15  pay 100.00 EUR for INV-1 60.00 and INV-1 40.00
                expect unapplied 100.00 EUR
day 2026-01-20  invoice INV-1 90.00 EUR due 2026-02-20
                expect open nothing
                expect unapplied 10.00 EUR
