# What is asked for one of a customer's accounts goes to the customer: the account itself never had an address.
day 2026-03-02  live
                account A1
                account A2 without email
                invoice INV-1 100.00 EUR due 2026-03-20 of A2
                request statement from 2026-03-01 of A2
                dispatch
                expect messages 0
day 2026-03-10  join A2 with A1
                request statement from 2026-03-01 of A2
                dispatch
                expect messages 1
                expect attached statement-A2-2026-03-10.pdf
