# The last debit of a plan that was completed comes back: the plan is open again, as a promise would be, and no longer counts as kept.
policy levels
day 2026-01-05  live
day 2026-03-01  invoice INV-1 90.00 EUR due 2026-03-31
day 2026-04-02  plan pays 30.00 by 2026-04-10 and 60.00 by 2026-05-10 EUR as back
                pay 30.00 EUR as first
day 2026-05-10  pay 60.00 EUR as second
                expect plan back completed 90.00 of 90.00 EUR: paid paid
                expect kpi plan_kept_rate 100
day 2026-05-13  reverse second
                expect plan back open 30.00 of 90.00 EUR: paid open
                expect kpi plan_kept_rate none
                run
                expect no action because payment-plan
# Made good, it is completed after all.
day 2026-05-16  pay 60.00 EUR as third
                expect plan back completed 90.00 of 90.00 EUR: paid paid
                expect kpi plan_kept_rate 100
# And not: after thirty days it is broken, and what is open is dunned as before.
day 2026-05-20  reverse third
                expect plan back open 30.00 of 90.00 EUR: paid open
day 2026-05-26  run
                expect plan back missed 30.00 of 90.00 EUR: paid missed
day 2026-06-19  run
                expect plan back broken 30.00 of 90.00 EUR: paid missed
                expect kpi plan_kept_rate 0
