# Who wants no mail gets none, and the invoice says why. Holds, disputes and caps do not stop a document.
day 2026-03-02  live
                portfolio main delivers email
                account A1
                opt out email
day 2026-03-03  invoice INV-1 100.00 EUR due 2026-04-02
                run
                expect documents invoice INV-1 not because opted-out
                expect delivery INV-1 blocked 2026-03-03 because opted-out
                run all
                expect documents none
# Once he may be written to, it goes after all, while it is new.
day 2026-03-04  opt in email
                run
                expect documents invoice INV-1
                dispatch
                expect delivery INV-1 sent 2026-03-04
day 2026-03-05
                call no_answer
                call no_answer
                call no_answer
                dispute as d1
                hold 2026-03-05 to 2026-03-31
                invoice INV-2 100.00 EUR due 2026-04-03
                run
                expect documents invoice INV-2
                opt out email
                dispatch
                expect messages 1
                expect delivery INV-2 withdrawn 2026-03-05 because opted-out
# Cancelled between decision and release.
                opt in email
day 2026-03-06  invoice INV-3 100.00 EUR due 2026-04-03
                run
                expect documents invoice INV-2 INV-3
                cancel INV-2
                cancel INV-3
                dispatch
                expect messages 1
                expect delivery INV-3 withdrawn 2026-03-06 because cancelled
                invoice INV-4 100.00 EUR due 2026-04-03
                cancel INV-4
day 2026-03-07  run
                expect documents none
                invoice INV-5 100.00 EUR due 2026-04-03
day 2026-03-08  run
                expect documents invoice INV-5
                erase
                dispatch
                expect messages 1
                request statement
                expect refused party erased
