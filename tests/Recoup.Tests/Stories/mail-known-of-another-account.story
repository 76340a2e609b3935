# Mail is known of one of the customer's accounts only: a reminder of the other goes there too, as documents do.
policy levels
day 2026-03-01  live
                account A1 without email
                account A2 party A1
day 2026-03-02  invoice INV-1 30.00 EUR due 2026-03-31
                invoice INV-2 50.00 EUR due 2026-03-31
day 2026-04-07  run
                expect action email level-1
                dispatch
                expect messages 1
                expect message names INV-1 INV-2
# Consent is asked of it when it is decided and again when it leaves.
day 2026-04-30  run
                expect action email level-2
                opt out email of A2
                dispatch
                expect messages 1
