# The only invoice of a plan is cancelled as an error: nothing was owed, so the plan is neither kept nor broken.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
                invoice INV-2 60.00 EUR due 2026-06-01
day 2026-06-03  plan for INV-1 2 times from 2026-06-10 every month as wrong
                plan for INV-2 2 times from 2026-06-10 every month as right
day 2026-06-05  cancel INV-1
                expect plan wrong cancelled 0.00 of 100.00 EUR: open open
day 2026-06-08  pay 60.00 EUR for INV-2
                expect plan right completed 60.00 of 60.00 EUR: paid paid
                expect kpi plan_kept_rate 100
