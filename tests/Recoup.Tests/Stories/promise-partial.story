# Some of it came: the promise was kept in part. Its day and two days of grace are waited for.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-03  promise 60.00 EUR by 2026-06-10 as word
day 2026-06-08  pay 20.00 EUR
day 2026-06-12  run
                expect no action because promise-open
                expect promise word open
                expect next review 2026-06-13
day 2026-06-13  run
                expect promise word partial 20.00 EUR
                expect no action because step-not-due
                expect explain paused 10 days
                expect explain score 30
day 2026-06-16  run
                expect action email level-1
