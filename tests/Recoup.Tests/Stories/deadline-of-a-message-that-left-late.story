# The notice was decided on Sunday and left four days later: the ten days begin when it left.
policy threat
day 2026-01-05  live
day 2026-02-02  invoice INV-1 100.00 EUR due 2026-03-02
day 2026-03-07  run
                expect action email level-1
                dispatch
day 2026-03-22  run
                expect action email notice
day 2026-03-26  dispatch
day 2026-04-04  run all
                expect no action because step-not-due
day 2026-04-05  run
                expect action placement agency
                expect explain after notice 2026-03-26
# Another debt is not the one that the notice was about.
day 2026-04-06  pay 100.00 EUR
                invoice INV-2 50.00 EUR due 2026-04-06 issued 2026-03-23
day 2026-04-11  run
                expect action email level-1
                dispatch
day 2026-04-26  run
                expect action email notice
                dispatch
day 2026-05-05  run all
                expect no action because step-not-due
day 2026-05-06  run
                expect action placement agency
