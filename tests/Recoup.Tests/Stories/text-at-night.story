# A text obeys the hours of the place where the number is, and no text goes out on a public holiday there.
policy texts
day 2026-01-05  live
                account A1 country DE phone +4915112345678
                account A2 party P2 country DE phone +4915112345679
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-06 at 20:30  run
                expect action sms level-1
                dispatch
                expect messages 0
                expect pending 1
day 2026-06-07 at 05:59  dispatch
                expect messages 0
day 2026-06-07 at 06:05  dispatch
                expect messages 1
# Three contacts in a week are enough, by whatever channel.
day 2026-06-20  call no_answer
                call no_answer
                call no_answer
day 2026-06-21  run
                expect no action because three-a-week
