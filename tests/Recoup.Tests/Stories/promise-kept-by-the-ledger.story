# Where an outside ledger alone says what is open, what it takes off keeps a promise, and what it puts back does not.
policy levels
day 2026-01-05  live
                account A1
                account A2
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
                invoice INV-2 100.00 EUR due 2026-06-01 of A2
day 2026-06-03  promise 60.00 EUR by 2026-06-10 as word
                promise 100.00 EUR by 2026-06-10 as other of A2
day 2026-06-08  ledger says INV-1 80.00 EUR
                expect promise word open
                ledger says INV-2 0.00 EUR of A2
                expect promise other kept 100.00 EUR
day 2026-06-09  ledger says INV-1 40.00 EUR
                expect promise word kept 60.00 EUR
day 2026-06-11  ledger says INV-1 90.00 EUR
day 2026-06-13  run
                expect promise word partial 10.00 EUR
