# Of an instalment nothing came by its day; what is added to an item later pays nothing of it, neither from then on nor before.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 60.00 EUR due 2026-06-01
                invoice INV-2 40.00 EUR due 2026-06-01
day 2026-06-08  plan 4 times from 2026-06-10 every week as word
day 2026-06-16  correct INV-1 amount 90.00
                expect accepted
                run
                expect plan word missed 0.00 of 100.00 EUR: missed open open open
# Lowered again, what was agreed is what is owed.
day 2026-06-17  correct INV-1 amount 60.00
                pay 50.00 EUR
                expect plan word open 50.00 of 100.00 EUR: cured paid open open
# A raise that is dated before the plan, and told of after it, was no part of what was agreed either.
                correct INV-2 amount 55.00 on 2026-05-20
day 2026-06-24  run
                expect plan word open 50.00 of 100.00 EUR: cured paid open open
day 2026-06-30  pay 50.00 EUR
                expect plan word completed 100.00 of 100.00 EUR: cured paid cured paid
                expect open 15.00 EUR bucket 1-30
