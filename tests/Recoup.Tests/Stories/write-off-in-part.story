# A small rest is given up; more than is open can't be.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-02-05  pay 97.50 EUR
                write off INV-1 3.00 EUR
                expect refused more than open
                write off INV-1 2.50 EUR
                expect open nothing
                correct INV-1 amount 90.00 EUR
                expect unapplied 10.00 EUR
                expect open nothing
