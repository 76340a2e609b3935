# Decided by day, dispatched at night: put off to the morning.
policy levels
day 2026-01-05  live
                account A1 zone Europe/Berlin
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-06  run
                expect action email level-1
day 2026-06-06 at 19:30  dispatch
                expect messages 0
                expect pending 1
day 2026-06-07 at 05:30  dispatch
                expect messages 0
day 2026-06-07 at 06:00  dispatch
                expect messages 1
