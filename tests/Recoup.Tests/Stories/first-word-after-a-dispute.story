# Disputed from its first overdue day for months, while another invoice went to the last level and was paid.
policy levels
day 2026-01-05  live
day 2026-02-01  invoice INV-1 100.00 EUR due 2026-03-31
                invoice INV-2 70.00 EUR due 2026-03-31
day 2026-04-01  dispute INV-1 as quality
day 2026-04-05  run
                expect action email level-1
                dispatch
day 2026-04-20  run
                expect action email level-2
                dispatch
day 2026-05-10  run
                expect action email level-3
                dispatch
                expect message names INV-2
day 2026-05-12  pay 70.00 EUR for INV-2
day 2026-08-01  settle quality
                run
                expect no action because step-not-due
                expect explain paused 122 days
day 2026-08-05  run
                expect action email level-1
