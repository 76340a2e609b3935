# A payment in time that came back: the customer was told nothing of it, whatever was said of another invoice since.
policy levels
day 2026-01-05  live
day 2026-02-01  invoice INV-1 100.00 EUR due 2026-03-31
                invoice INV-2 70.00 EUR due 2026-04-02
day 2026-03-30  pay 100.00 EUR for INV-1 as p1
day 2026-04-07  run
                expect action email level-1
                dispatch
day 2026-04-22  run
                expect action email level-2
                dispatch
day 2026-05-12  run
                expect action email level-3
                dispatch
day 2026-05-14  pay 70.00 EUR for INV-2
day 2026-05-20  reverse p1
                run
                expect action email level-1
                expect explain entered open_again 2026-05-20
                dispatch
                expect message names INV-1
day 2026-06-04  run
                expect action email level-2
