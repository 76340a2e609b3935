# A standalone credit is considered before a customer is chased.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-05-20  credit CN-1 100.00 EUR
day 2026-06-06  run
                expect no action because covered-by-unapplied-cash
                expect open 100.00 EUR bucket 1-30
                expect unapplied 100.00 EUR
day 2026-06-08  charge FEE-1 5.00 EUR
# 105.00 less 100.00: there is something to chase again once the fee is overdue too.
day 2026-06-09  run
                expect action email level-1
