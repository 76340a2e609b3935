# While a promise is open nobody is chased; paid in full it is kept, and the rest goes on.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-03  promise 60.00 EUR by 2026-06-10 as word
day 2026-06-06  run
                expect no action because promise-open
day 2026-06-09  pay 60.00 EUR
                expect promise word kept 60.00 EUR
                run
                expect no action because step-not-due
                expect explain paused 6 days
day 2026-06-12  run
                expect action email level-1
                expect explain overdue 40.00 EUR for 11 days
