# A call that was agreed with the customer is the only one until its day is over. It stands on the worklist from its day on.
policy levels
day 2026-01-05  live
                account A1 without email phone
                invoice INV-1 100.00 EUR due 2026-01-10
day 2026-01-15  callback at 2026-01-19 14:00 by ann as asked
                expect accepted
                run
                expect no action because callback-agreed
                expect next review 2026-01-20
                expect worklist empty
# An earlier call is another call, and does not do it.
day 2026-01-16  call no_answer
                expect callback asked open
day 2026-01-19  expect worklist callback
                run
                expect no action because callback-agreed
day 2026-01-19 at 13:30  call no_answer
                expect callback asked kept
                expect worklist empty
                expect kpi callback_kept_rate 100
day 2026-01-20  run
                expect action task level-1
                expect worklist call
