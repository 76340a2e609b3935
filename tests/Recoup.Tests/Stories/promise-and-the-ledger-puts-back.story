# What an outside ledger puts back it takes off what came last: the promise that was kept by it, and not what came before and no promise needed.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 200.00 EUR due 2026-06-01
day 2026-06-03  promise 60.00 EUR by 2026-06-20 as first
day 2026-06-08  ledger says INV-1 100.00 EUR
                expect promise first kept 60.00 EUR
day 2026-06-09  promise 30.00 EUR by 2026-06-20 as second
day 2026-06-10  ledger says INV-1 70.00 EUR
                expect promise second kept 30.00 EUR
day 2026-06-11  ledger says INV-1 100.00 EUR
                expect promise second open
