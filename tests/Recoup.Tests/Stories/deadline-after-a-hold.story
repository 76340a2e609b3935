# A hold puts the notice off, and another stands within its ten days: neither takes a day off them.
policy threat
day 2026-01-05  live
day 2026-02-02  invoice INV-1 100.00 EUR due 2026-03-02
day 2026-03-07  run
                expect action email level-1
                dispatch
                hold 2026-03-20 to 2026-03-24
day 2026-03-26  run
                expect no action because step-not-due
day 2026-03-27  run
                expect action email notice
                dispatch
                hold 2026-03-30 to 2026-04-01
# Ten days without the three of the hold.
day 2026-04-08  run all
                expect no action because step-not-due
                expect next review 2026-04-09
day 2026-04-09  run
                expect action placement agency
                expect explain after notice 2026-03-27
