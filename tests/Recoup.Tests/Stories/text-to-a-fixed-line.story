# No text can arrive at a fixed line: its step goes by mail. The number is given anew as a mobile, and gets the next.
policy texts
day 2026-01-05  live
                account A1 phone +49301234567
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-06  run
                expect action email level-1
                expect explain considered level-1 by sms: no-address
                dispatch
                expect messages 1
