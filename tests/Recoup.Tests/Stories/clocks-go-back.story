# And back: eight o'clock is 07:00 UTC again.
policy levels
day 2026-01-05  live
                account A1 zone Europe/Berlin
day 2026-10-01  invoice INV-1 100.00 EUR due 2026-10-19
day 2026-10-24 at 20:30  run
                expect action email level-1
                dispatch
day 2026-10-25 at 06:30  dispatch
                expect messages 0
day 2026-10-25 at 07:00  dispatch
                expect messages 1
