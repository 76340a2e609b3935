# The notice was due on a Sunday and went out on Monday: its ten days end on Thursday, not on Wednesday.
policy threat with business_days_only true
day 2026-01-05  live
day 2026-02-02  invoice INV-1 100.00 EUR due 2026-03-02
day 2026-03-09  run
                expect action email level-1
                dispatch
day 2026-03-22  run
                expect no action because business-days-only
day 2026-03-23  run
                expect action email notice
                dispatch
day 2026-04-01  run all
                expect no action because step-not-due
                expect next review 2026-04-02
day 2026-04-02  run
                expect action placement agency
