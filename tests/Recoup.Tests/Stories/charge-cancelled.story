# A fee entered by mistake never was; one that was let go by mistake is owed again.
day 2026-01-10  charge FEE-1 5.00 EUR
                charge FEE-2 8.00 EUR
                invoice INV-1 50.00 EUR due 2026-01-31
day 2026-01-12  pay 5.00 EUR for FEE-1 as p1
                cancel charge INV-1
                expect refused not a charge
                cancel FEE-1
                expect refused not an invoice
                cancel charge FEE-1
                expect unapplied 5.00 EUR
                expect open 58.00 EUR
                waive FEE-1
                expect refused item cancelled
day 2026-01-14  take back waiver FEE-2
                expect refused not waived
                waive FEE-2 6.00 EUR
                expect open of FEE-2 2.00 EUR
                take back waiver FEE-2 6.01 EUR
                expect refused not waived
                take back waiver FEE-2 on 2026-01-13
                expect refused not waived
                take back waiver FEE-2 2.00 EUR
                expect open of FEE-2 4.00 EUR
                take back waiver FEE-2
                expect open of FEE-2 8.00 EUR
day 2026-01-15  take back cancellation FEE-1
                expect open of FEE-1 nothing
                expect unapplied nothing
