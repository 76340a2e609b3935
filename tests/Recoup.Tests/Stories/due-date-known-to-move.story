# A due date will move on a day to come: until then the letter says what is overdue now.
policy levels
day 2026-01-05  live
                account A1
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
                invoice INV-2 50.00 EUR due 2026-06-01
day 2026-06-05  correct INV-1 due 2026-07-01 on 2026-06-20
day 2026-06-06  run
                expect action email level-1
                dispatch
                expect message names INV-1 INV-2
