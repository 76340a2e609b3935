# 100.00 and a flat fee of 10 make 110.00, 15 more 125.00 (Tryton); interest of 0.41 and a fee of 10 make 110.41 (ERPNext).
# Each charge is an item of its own and none of them is a sale.
day 2026-01-01  account T1
                account E1
                invoice INV-1 100.00 EUR due 2026-01-15 of T1
                invoice INV-2 100.00 EUR due 2026-01-15 of E1
day 2026-01-30  charge FEE-1 10.00 EUR of T1
                expect open of T1 110.00 EUR
                charge FEE-2 15.00 EUR of T1
                expect open of T1 125.00 EUR
                charge INT-1 0.41 EUR of E1
                charge FEE-3 10.00 EUR of E1
                expect open of E1 110.41 EUR
                expect open 235.41 EUR bucket current 35.41, 1-30 200.00
# A waiver lets the fee go, in part or whole.
day 2026-02-01  waive FEE-2 5.00 EUR of T1
                expect open of FEE-2 10.00 EUR
                waive FEE-2 of T1
                expect open of T1 110.00 EUR
