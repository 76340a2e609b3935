# A debit that kept a plan comes back: the instalment is owed again from that day, and after thirty days the plan is broken.
policy levels
day 2026-01-05  live
day 2026-03-01  invoice INV-1 90.00 EUR due 2026-03-31
day 2026-04-02  plan pays 30.00 by 2026-04-10 and 30.00 by 2026-05-10 and 30.00 by 2026-08-10 EUR as back
                pay 30.00 EUR as first
day 2026-04-10  run
                expect plan back open 30.00 of 90.00 EUR: paid open open
day 2026-05-10  pay 30.00 EUR as second on 2026-05-09
                expect plan back open 60.00 of 90.00 EUR: paid paid open
day 2026-05-20  reverse second
                expect plan back open 30.00 of 90.00 EUR: paid open open
day 2026-05-21  run
                expect plan back late 30.00 of 90.00 EUR: paid late open
day 2026-05-25  run
                expect plan back missed 30.00 of 90.00 EUR: paid missed open
day 2026-06-01  pay 10.00 EUR
                expect plan back missed 40.00 of 90.00 EUR: paid missed open
day 2026-06-30  run
                expect plan back broken 40.00 of 90.00 EUR: paid missed open
                expect open 50.00 EUR
