# An address that comes later lets the invoice go, as long as it is new.
day 2026-03-02  live
                portfolio main delivers email
                account A1 without email
day 2026-03-03  invoice INV-1 100.00 EUR due 2026-05-02
                run
                expect documents invoice INV-1 not because no-address
                expect delivery INV-1 blocked 2026-03-03 because no-address
day 2026-03-20  invoice INV-2 100.00 EUR due 2026-05-02
                run
                expect documents invoice INV-2 not because no-address
day 2026-04-05  account A1
                run
                expect documents invoice INV-1 not because issued-long-ago and invoice INV-2
                expect delivery INV-1 not_sent 2026-04-05 because issued-long-ago
                dispatch
                expect attached invoice-INV-2.pdf
