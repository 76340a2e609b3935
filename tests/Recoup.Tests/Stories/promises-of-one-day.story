# Two promises of one day: money goes to the one that was made first, also after it was kept and its money came back.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 200.00 EUR due 2026-06-01
day 2026-06-03  promise 50.00 EUR by 2026-06-10 as one
                promise 50.00 EUR by 2026-06-10 as two
day 2026-06-05  pay 50.00 EUR as debit
                expect promise one kept 50.00 EUR
                expect promise two open
day 2026-06-08  reverse debit
                expect promise one open
day 2026-06-09  pay 50.00 EUR
                expect promise one kept 50.00 EUR
                expect promise two open
