# A plan that breaks: two instalments in a row are missed. What is open is due as before, and the ladder goes on where it was.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-06  run
                expect action email level-1
                dispatch
day 2026-06-08  plan 4 times from 2026-06-10 every week as word
                expect plan word open 0.00 of 100.00 EUR: open open open open
day 2026-06-10  run
                expect no action because payment-plan
day 2026-06-11  run
                expect plan word late 0.00 of 100.00 EUR: late open open open
day 2026-06-14  run
                expect plan word late 0.00 of 100.00 EUR: late open open open
day 2026-06-15  run
                expect plan word missed 0.00 of 100.00 EUR: missed open open open
# Made good before the next is due.
day 2026-06-16  pay 25.00 EUR
                expect plan word open 25.00 of 100.00 EUR: cured open open open
day 2026-06-22  run
                expect plan word missed 25.00 of 100.00 EUR: cured missed open open
                expect no action because payment-plan
# Nobody ran it for days: it broke on the day on which the second was missed.
day 2026-07-03  run
                expect plan word broken 25.00 of 100.00 EUR: cured missed missed open
                expect open 75.00 EUR
                expect explain paused 21 days
                expect no action because step-not-due
                cancel plan word
                expect refused unknown plan
day 2026-07-12  run
                expect action email level-2
                plan 40.00 each from 2026-07-15 every week as again
                expect plan again open 0.00 of 75.00 EUR: open open
                expect kpi plan_kept_rate 0
