# Nobody ran it for weeks: the first reminder is late and no other is left out, each as long after the one before as ever.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-07-12  run
                expect action email level-1
                dispatch
day 2026-07-26  run all
                expect no action because step-not-due
day 2026-07-27  run
                expect action email level-2
                dispatch
day 2026-08-16  run
                expect action email level-3
