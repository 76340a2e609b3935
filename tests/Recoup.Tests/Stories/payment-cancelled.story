# Cancel a payment and the dunning is unresolved again (ERPNext).
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-06  run
                expect action email level-1
                dispatch
day 2026-06-10  pay 100.00 EUR for INV-1 as p1
                expect open nothing
day 2026-06-21  run
                expect no action because nothing-open
day 2026-06-23  reverse p1
                expect open 100.00 EUR bucket 1-30
                run
                expect action email level-2
day 2026-06-24  reverse p1
                expect refused already reversed
                dispatch
# It goes on where it was, and does not begin again.
day 2026-07-13  run
                expect action email level-3
