# The night on which Berlin's clocks go forward: eight o'clock there is 06:00 UTC from then on, 07:00 before.
policy levels
day 2026-01-05  live
                account A1 zone Europe/Berlin
day 2026-03-01  invoice INV-1 100.00 EUR due 2026-03-23
day 2026-03-28 at 20:30  run
                expect action email level-1
                dispatch
                expect messages 0
day 2026-03-29 at 05:59  dispatch
                expect messages 0
day 2026-03-29 at 06:00  dispatch
                expect messages 1
