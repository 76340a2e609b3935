# After the last level there is nothing more to do by itself.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-06  run
                expect action email level-1
                dispatch
day 2026-06-21  run
                expect action email level-2
                dispatch
day 2026-07-11  run
                expect action email level-3
                dispatch
day 2026-08-10  run
                expect no action because last-step-taken
                expect messages 3
