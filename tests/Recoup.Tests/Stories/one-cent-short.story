# Paid 99.99 of 100: the cent shows (ERPNext).
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-02-02  pay 99.99 EUR
                expect open 0.01 EUR bucket 1-30
day 2026-02-03  pay 0.01 EUR for INV-1
                expect open nothing
                expect paid items 1 late 1 days 3
