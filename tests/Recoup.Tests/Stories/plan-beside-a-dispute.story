# What is overdue is in a plan; something else is disputed and not even due: the plan is why nothing is done.
policy levels
day 2026-01-05  live
day 2026-03-01  invoice INV-1 90.00 EUR due 2026-03-31
                invoice INV-2 40.00 EUR due 2026-12-31
day 2026-04-02  plan for INV-1 3 times from 2026-05-01 every month as three
                dispute INV-2 as d2
day 2026-04-08  run
                expect no action because payment-plan
# Where more is disputed of what is overdue, that is.
day 2026-04-09  invoice INV-3 95.00 EUR due 2026-04-09
day 2026-04-10  dispute INV-3 as d3
                run
                expect no action because disputed
