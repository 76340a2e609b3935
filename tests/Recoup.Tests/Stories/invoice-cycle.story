# How long from the service to the invoice: what Recoup sends counts on the day it left, once; what others send by what they tell.
day 2026-03-02  live
                portfolio main delivers email
                account A1
                invoice INV-1 100.00 EUR due 2026-05-02 serviced 2026-02-20
                invoice OLD 50.00 EUR due 2026-05-02
                expect kpi invoice_cycle_time none
                run
                expect kpi invoice_cycle_time none
day 2026-03-04  dispatch
                expect delivery INV-1 sent 2026-03-04
                expect kpi invoice_cycle_time 12
day 2026-03-05  bounce
                address new@customer.example
                run
                expect documents invoice INV-1 OLD
                dispatch
                expect delivery INV-1 sent 2026-03-05
                expect kpi invoice_cycle_time 12
                invoice INV-2 100.00 EUR due 2026-05-05 serviced 2026-03-01 delivered 2026-03-05
                expect kpi invoice_cycle_time 4
                invoice INV-3 100.00 EUR due 2026-05-05 serviced 2026-03-05 delivered 2026-03-05
                expect kpi invoice_cycle_time 4
day 2026-03-06  invoice INV-4 100.00 EUR due 2026-05-05 serviced 2026-03-06
                cancel INV-4
                run
                dispatch
                expect kpi invoice_cycle_time 4
