# An amount set higher after all was paid: what is open of it begins where a customer who heard nothing expects it.
policy levels with missed_steps latest
day 2026-01-05  live
day 2026-02-01  invoice INV-1 100.00 EUR due 2026-03-31
day 2026-03-30  pay 100.00 EUR
day 2026-06-15  correct INV-1 amount 160.00 EUR
                run
                expect action email level-1
                expect explain entered open_again 2026-06-15
                dispatch
day 2026-06-30  run
                expect action email level-2
