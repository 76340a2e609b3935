# Nobody knows where the customer is, and at no hour it is day everywhere they may be: an agent finds out, no step is lost.
policy levels
day 2026-01-05  live
                account A1 country AQ
day 2026-05-01  invoice INV-1 300.00 EUR due 2026-06-01
day 2026-06-06  run
                expect action find place
                expect worklist find_place
day 2026-06-07  run all
                expect no action because work-under-way
                expect worklist find_place
day 2026-06-08 at 14:00  account A1 zone Antarctica/Palmer
                run
                expect action email level-1
                expect worklist empty
                dispatch
                expect messages 1
