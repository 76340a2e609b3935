# A credit note dated next week covers nothing today, and a reversal dated next week takes nothing away yet.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-05  credit CN-1 100.00 EUR on 2026-06-09
                expect unapplied nothing
day 2026-06-06  run
                expect action email level-1
                dispatch
day 2026-06-09  run
                expect no action because covered-by-unapplied-cash
                expect unapplied 100.00 EUR
day 2026-06-21  run all
                expect no action because covered-by-unapplied-cash
day 2026-06-21  pay 100.00 EUR for INV-1 as p1
                reverse p1 on 2026-06-24
                expect open nothing
day 2026-06-24  expect open 100.00 EUR bucket 1-30
