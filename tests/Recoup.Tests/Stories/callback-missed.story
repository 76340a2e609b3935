# Nobody called: the callback is missed, stays first on the worklist, and a call after its day is late. Letters go on throughout.
policy levels
day 2026-01-05  live
                account A1 phone
                invoice INV-1 100.00 EUR due 2026-01-10
day 2026-01-14  callback at 2026-01-19 14:00 as asked
day 2026-01-15  run
                expect action email level-1
                dispatch
day 2026-01-19  run
                expect callback asked open
day 2026-01-20  run
                expect callback asked missed
                expect worklist callback
                expect kpi callback_kept_rate 0
day 2026-01-21  call right_party
                expect callback asked late
                expect worklist empty
                expect kpi callback_kept_rate 0
                expect next review 2026-01-21
