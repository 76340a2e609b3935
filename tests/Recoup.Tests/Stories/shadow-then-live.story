# A new workspace decides and sends nothing. Once live, nobody has seen what was decided before: it begins anew, at once.
policy levels
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-06  run
                expect action email level-1 in shadow
                dispatch
                expect messages 0
day 2026-06-21  run
                expect action email level-2 in shadow
day 2026-06-22  live
                run
                expect action email level-1
                expect explain counted from 2026-06-17
                dispatch
                expect messages 1
day 2026-07-07  run
                expect action email level-2
