# A second reminder waits while the customer uses what they bought, and comes on the day on which that is long enough ago.
policy used
day 2026-01-05  live
                invoice INV-1 100.00 EUR due 2026-01-10
                active log_in on 2026-01-02
                active log_in on 2026-01-06
                expect refused not today
day 2026-01-15  run
                expect action email level-1
                dispatch
day 2026-01-21  run
                expect no action
                expect next review 2026-02-02
                active purchase on 2026-01-10
                active purchase on 2026-01-08
                run
                expect no action
                expect next review 2026-02-10
day 2026-02-09  run
                expect no action
day 2026-02-10  run
                expect action email level-2
