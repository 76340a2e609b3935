# What came back goes again when another address comes; what was cancelled meanwhile does not.
day 2026-03-02  live
                portfolio main delivers email
                account A1
                invoice INV-1 100.00 EUR due 2026-05-02
                invoice INV-2 100.00 EUR due 2026-05-02
                run
                expect documents invoice INV-1 INV-2
                cancel INV-2
                dispatch
                expect attached invoice-INV-1.pdf
                expect delivery INV-1 sent 2026-03-02
                expect delivery INV-2 withdrawn 2026-03-02 because cancelled
day 2026-03-03  bounce
                expect delivery INV-1 bounced 2026-03-03 because hard
                expect delivery INV-2 withdrawn 2026-03-02 because cancelled
                invoice INV-3 100.00 EUR due 2026-05-02
                run
                expect documents invoice INV-3 not because undeliverable
                account A1 zone Europe/Berlin without email
                run
                expect documents invoice INV-1 INV-3 not because undeliverable
day 2026-03-04  address new@customer.example
                run
                expect documents invoice INV-1 INV-3
                dispatch
                expect attached invoice-INV-1.pdf invoice-INV-3.pdf
                expect delivery INV-1 sent 2026-03-04
