# Nothing leaves at night where the customer is; it waits for eight o'clock there.
policy levels
day 2026-01-05  live
                account A1 zone America/New_York
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
# 10:00 UTC is 06:00 in New York.
day 2026-06-06  run
                expect action email level-1
                expect explain not before 2026-06-06 12:00
                expect explain gate waking-hours
                dispatch
                expect messages 0
                expect pending 1
day 2026-06-06 at 11:59  dispatch
                expect messages 0
day 2026-06-06 at 12:00  dispatch
                expect messages 1
