# A due date moved to a day gone by makes it overdue at once, and not by that the time for a final notice.
policy levels with missed_steps latest
day 2026-01-05  live
day 2026-02-01  invoice INV-1 100.00 EUR due 2026-07-31
day 2026-06-15  correct INV-1 due 2026-03-31
                run
                expect action email level-1
                expect explain entered due_moved 2026-06-15
                dispatch
day 2026-06-30  run
                expect action email level-2
