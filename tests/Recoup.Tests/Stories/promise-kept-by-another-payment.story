# The customer transferred what was promised and has the debit returned: the promise stays kept by what came beside.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 200.00 EUR due 2026-06-01
day 2026-06-03  promise 60.00 EUR by 2026-06-10 as word
day 2026-06-05  pay 60.00 EUR as debit
                pay 60.00 EUR as transfer
day 2026-06-08  reverse debit
                expect promise word kept 60.00 EUR
                run
                expect promise word kept 60.00 EUR
                expect action email level-1
day 2026-06-09  reverse transfer on 2026-06-11
                expect promise word kept 60.00 EUR
day 2026-06-11  run
                expect promise word open
day 2026-06-15  run
                expect promise word broken 0.00 EUR
