# One letter a customer, not one an invoice, over all accounts of a portfolio.
policy levels
day 2026-01-05  live
                account A1
                account A2 party A1
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01 of A1
                invoice INV-2 50.00 EUR due 2026-06-01 of A1
                invoice INV-3 25.00 EUR due 2026-06-02 of A2
day 2026-06-06  run
                expect action email level-1
                dispatch
                expect messages 1
                expect message names INV-1 INV-2 INV-3
