# A credit note entered twice never was: what it met is open again.
live
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
                credit CN-1 30.00 EUR for INV-1
                credit CN-2 30.00 EUR for INV-1
day 2026-01-15  cancel credit CN-9
                expect refused unknown payment
                cancel credit CN-2 on 2026-01-09
                expect refused before document
                cancel credit CN-2
                expect open of INV-1 70.00 EUR
                expect unapplied nothing
                cancel credit CN-2
                expect refused already reversed
                credit CN-2 5.00 EUR
                expect refused duplicate number
day 2026-01-20  take credit CN-1 off INV-1
                refund 10.00 EUR from credit CN-1 as r1
                cancel credit CN-1
                expect refused already refunded
                take back refund r1
                cancel credit CN-1
                expect open 100.00 EUR bucket current
                expect unapplied nothing
