# A payment known ahead keeps no promise before its day.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-03  promise 60.00 EUR by 2026-06-10 as word
                pay 60.00 EUR on 2026-06-09
                expect promise word open
day 2026-06-06  run
                expect no action because promise-open
                expect open 100.00 EUR bucket 1-30
day 2026-06-09  run
                expect promise word kept 60.00 EUR
                expect no action because step-not-due
                expect open 40.00 EUR bucket 1-30
day 2026-06-12  run
                expect action email level-1
