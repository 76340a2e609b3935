# An item of a plan is cancelled and another one's amount set higher: what was added is no part of the plan, and takes nothing back of it.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 60.00 EUR due 2026-06-01
                invoice INV-2 40.00 EUR due 2026-06-01
day 2026-06-08  plan 4 times from 2026-06-10 every week as word
day 2026-06-09  cancel INV-2
                expect plan word open 40.00 of 100.00 EUR: paid open open open
                correct INV-1 amount 90.00
                expect accepted
                expect plan word open 40.00 of 100.00 EUR: paid open open open
day 2026-06-17  pay 10.00 EUR
                expect plan word open 50.00 of 100.00 EUR: paid paid open open
