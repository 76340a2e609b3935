# What was overdue for years when Recoup first heard of it begins at the entry step, not at the final notice.
policy levels
day 2026-01-05  live
day 2026-06-10  invoice OLD-1 100.00 EUR due 2023-02-01 issued 2023-01-01
                run
                expect action email level-1
                expect explain counted from 2026-06-05
                expect open 100.00 EUR bucket 90+
                dispatch
day 2026-06-25  run
                expect action email level-2
