# In shadow a document is decided and not sent; going live does not send it late.
day 2026-03-02  portfolio main delivers email statements monthly
                account A1
                invoice INV-1 100.00 EUR due 2026-04-20
                run
                expect documents invoice INV-1 in shadow
                expect delivery INV-1 shadow 2026-03-02
day 2026-04-01  run
                expect documents statement 2026-03-01 to 2026-03-31 in shadow
                live
day 2026-04-02  run all
                expect documents none
                dispatch
                expect messages 0
