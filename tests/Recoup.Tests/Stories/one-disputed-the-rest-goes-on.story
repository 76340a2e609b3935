# One disputed invoice is held while the rest goes on, overdue or not yet.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
                invoice INV-2 70.00 EUR due 2026-06-02
                invoice INV-3 30.00 EUR due 2026-06-12
day 2026-06-02  dispute INV-1 as quality
day 2026-06-07  run
                expect action email level-1
                expect explain counted from 2026-06-02
                dispatch
                expect message names INV-2
day 2026-06-08  pay 70.00 EUR for INV-2
# Only the disputed one is overdue now; the one that falls due is still reminded of.
day 2026-06-09  run
                expect action email ahead
                dispatch
                expect message names INV-3
                expect open 130.00 EUR bucket current 30.00, 1-30 100.00
