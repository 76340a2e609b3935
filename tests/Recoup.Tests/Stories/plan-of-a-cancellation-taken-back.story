# The only invoice of a plan is cancelled by mistake, and the plan with it. Once it stands again so does the plan.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-03  plan for INV-1 2 times from 2026-06-10 every month as agreed
day 2026-06-05  cancel INV-1
                expect plan agreed cancelled 0.00 of 100.00 EUR: open open
                expect kpi plan_kept_rate none
day 2026-06-08  take back cancellation INV-1
                expect plan agreed open 0.00 of 100.00 EUR: open open
                run
                expect no action because payment-plan
day 2026-06-10  pay 100.00 EUR for INV-1
                expect plan agreed completed 100.00 of 100.00 EUR: paid paid
                expect kpi plan_kept_rate 100
