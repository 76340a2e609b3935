# A new invoice reaches the customer the day it comes in, as PDF. Dunning goes its own way beside it.
day 2026-03-02  live
                portfolio main delivers email
                account A1
day 2026-03-03  invoice INV-1 100.00 EUR due 2026-04-02
                invoice INV-2 50.00 EUR due 2026-04-02
                run
                expect documents invoice INV-1 INV-2
                expect no action
                expect delivery INV-1 decided 2026-03-03
                dispatch
                expect messages 1
                expect message names INV-1 INV-2
                expect attached invoice-INV-1.pdf invoice-INV-2.pdf
                expect delivery INV-2 sent 2026-03-03
# One message a day: what comes after it goes the next day.
                invoice INV-3 70.00 EUR due 2026-04-02
                run
                expect documents none
                expect next review 2026-03-04
day 2026-03-04  run
                expect documents invoice INV-3
                dispatch
                expect attached invoice-INV-3.pdf
                run all
                expect documents none
