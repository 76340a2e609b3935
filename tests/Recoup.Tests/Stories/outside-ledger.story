# What an outside ledger says of a day sets that day right; what came since stays.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-02-05  pay 30.00 EUR
                ledger says INV-1 90.00 EUR on 2026-02-02
                expect open 60.00 EUR bucket 1-30
                ledger says INV-1 20.00 EUR on 2026-02-02
                expect refused more than open
day 2026-02-06  ledger says INV-1 0.00 EUR
                expect open nothing
