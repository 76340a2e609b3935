# A reversal undoes that payment's allocations and no others.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
                invoice INV-2 100.00 EUR due 2026-02-28
day 2026-01-20  pay 60.00 EUR as p1
day 2026-01-25  pay 90.00 EUR as p2
                expect open of INV-1 nothing
                expect open of INV-2 50.00 EUR
day 2026-02-03  reverse p1
                expect open of INV-1 60.00 EUR
                expect open of INV-2 50.00 EUR
                expect open 110.00 EUR bucket current 50.00, 1-30 60.00
                reverse p9
                expect refused unknown payment
