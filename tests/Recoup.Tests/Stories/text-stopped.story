# A mobile is sent a text; who says stop is written to by mail, and who says yes to texts again gets texts.
policy texts
day 2026-01-05  live
                account A1 phone +4915112345678
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-06  run
                expect action sms level-1
                dispatch
                expect messages 1
day 2026-06-07  opt out sms
day 2026-06-21  run
                expect action email level-2
                expect explain considered level-2 by sms: opted-out
                dispatch
                expect messages 2
