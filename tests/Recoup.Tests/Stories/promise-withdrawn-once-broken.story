# That a promise was entered at the wrong account is found when it broke: it can be withdrawn still, and is held against nobody.
policy levels
live
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-02-01  promise 100.00 EUR by 2026-02-10 as pr1
day 2026-02-14  run
                expect promise pr1 broken 0.00 EUR
day 2026-02-15  take back promise pr1 on 2026-01-31
                expect refused before document
                take back promise pr1
                expect promise pr1 withdrawn 0.00 EUR
                take back promise pr1
                expect refused unknown promise
                run all
                expect kpi promise_kept_rate none
# What was paid in part, and kept, can be withdrawn as well.
day 2026-02-16  promise 100.00 EUR by 2026-02-20 as pr2
day 2026-02-18  pay 100.00 EUR as p1
                expect promise pr2 kept 100.00 EUR
day 2026-02-19  take back promise pr2
                expect promise pr2 withdrawn 100.00 EUR
                reverse p1
                expect promise pr2 withdrawn 100.00 EUR
