# Only the country is known: mail leaves after eight o'clock in Honolulu and before nine in New York.
policy levels
day 2026-01-05  live
                account A1 country US
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-06  run
                expect action email level-1
                expect explain not before 2026-06-06 18:00
                expect explain gate waking-hours
day 2026-06-06 at 17:59  dispatch
                expect messages 0
# 21:00 in New York.
day 2026-06-07 at 01:00  dispatch
                expect messages 0
day 2026-06-07 at 18:00  dispatch
                expect messages 1
