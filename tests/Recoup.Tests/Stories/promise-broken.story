# What comes after term and grace does not keep it, even where nobody looked in between.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-03  promise 60.00 EUR by 2026-06-10 as word
day 2026-06-14  pay 60.00 EUR
                expect promise word open
                run
                expect promise word broken 0.00 EUR
                expect no action because step-not-due
                expect explain paused 10 days
day 2026-06-16  run
                expect action email level-1
