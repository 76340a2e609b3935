# A plan kept to its end: its items rest, the others go on, and the days are counted from the first and not from one another.
policy levels
day 2026-01-05  live
day 2026-01-10  invoice INV-1 600.00 EUR due 2026-01-20
                invoice INV-2 400.00 EUR due 2026-01-25
                invoice INV-3 80.00 EUR due 2026-02-20
day 2026-01-25  run
                expect action email level-1
                dispatch
day 2026-01-28  plan for INV-1 and INV-2 3 times from 2026-01-31 every month remainder last as kept
                expect accepted
                expect plan kept open 0.00 of 1000.00 EUR: open open open
day 2026-01-30  run
                expect no action because payment-plan
                expect next review 2026-01-31
day 2026-01-31  pay 333.33 EUR for INV-1
                expect plan kept open 333.33 of 1000.00 EUR: paid open open
                plan for INV-2 2 times from 2026-03-01 every month
                expect refused already in plan
day 2026-02-25  run
                expect action email level-1
                dispatch
                expect message names INV-3
# A day late is late, and paid within five days is paid; 5% may lack, which the next one takes.
day 2026-03-01  run
                expect plan kept late 333.33 of 1000.00 EUR: paid late open
day 2026-03-05  pay 320.00 EUR for INV-1 266.67 and INV-2 53.33
                expect plan kept open 653.33 of 1000.00 EUR: paid paid open
day 2026-03-31  pay 330.00 EUR for INV-2
                run
                expect plan kept open 983.33 of 1000.00 EUR: paid paid open
day 2026-04-02  pay 16.67 EUR for INV-2
                expect plan kept completed 1000.00 of 1000.00 EUR: paid paid paid
                expect kpi plan_kept_rate 100
