# A schedule of 30, 50 and 20 paid 40: the oldest part is paid, the next one in part (ERPNext).
day 2026-01-10  invoice INV-1/1 30.00 EUR due 2026-01-31
                invoice INV-1/2 50.00 EUR due 2026-02-28
                invoice INV-1/3 20.00 EUR due 2026-03-31
day 2026-01-20  pay 40.00 EUR
                expect open of INV-1/1 nothing
                expect open of INV-1/2 40.00 EUR
                expect open of INV-1/3 20.00 EUR
                expect open 60.00 EUR bucket current
                expect unapplied nothing
