# Paying the oldest part re-ages from the oldest unpaid part; paying some of it does not.
policy levels
day 2026-01-05  live
day 2026-04-01  invoice INV-1 100.00 EUR due 2026-05-01
                invoice INV-2 100.00 EUR due 2026-06-01
day 2026-05-06  run
                expect action email level-1
                dispatch
day 2026-05-21  run
                expect action email level-2
                dispatch
day 2026-05-25  pay 40.00 EUR
                expect open of INV-1 60.00 EUR
day 2026-06-05  run all
                expect no action because step-not-due
                expect explain counted from 2026-05-01
                expect explain overdue 160.00 EUR for 35 days
day 2026-06-06  pay 60.00 EUR
                run
                expect action email level-1
                expect explain counted from 2026-06-01
