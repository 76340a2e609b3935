# The ledger says that something is open after all.
policy levels
day 2026-01-05  live
day 2026-02-01  invoice INV-1 100.00 EUR due 2026-03-31
day 2026-04-02  pay 100.00 EUR
day 2026-06-15  ledger says INV-1 40.00 EUR
                run
                expect action email level-1
                expect explain entered open_again 2026-06-15
