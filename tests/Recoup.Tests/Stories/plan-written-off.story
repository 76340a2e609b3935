# What is given up of a plan's item was not paid: no instalment is made good by it. What recovers it is.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-08  plan 4 times from 2026-06-10 every week as word
day 2026-06-15  run
                expect plan word missed 0.00 of 100.00 EUR: missed open open open
day 2026-06-16  write off INV-1 60.00
                expect accepted
                expect plan word missed 0.00 of 100.00 EUR: missed open open open
                pay 50.00 EUR for INV-1
                expect plan word open 50.00 of 100.00 EUR: cured paid open open
