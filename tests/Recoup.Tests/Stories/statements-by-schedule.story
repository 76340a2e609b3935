# Statements of the month before, on the first business day, once, to whom they have something to say.
day 2026-01-20  live
                portfolio main calendar target statements monthly
                account A1
                account A2
                account A3
                invoice INV-1 100.00 EUR due 2026-02-20
                invoice INV-2 100.00 EUR due 2026-02-20 of A2
                pay 100.00 EUR for INV-2 of A2
                run
                expect documents none
# 1 February 2026 is a Sunday.
day 2026-02-01  run
                expect documents none
day 2026-02-02  run
                expect documents statement 2026-01-01 to 2026-01-31 and statement 2026-01-01 to 2026-01-31
                dispatch
                expect messages 2
                expect attached statement-A1-2026-01-31.pdf statement-A2-2026-01-31.pdf
                run all
                expect documents none
day 2026-02-03  run all
                expect documents none
# A2 had neither movement nor anything open since; A1 still owes, and its day passed without a run.
day 2026-03-05  run all
                expect documents statement 2026-02-01 to 2026-02-28
                dispatch
                expect attached statement-A1-2026-02-28.pdf
# Quarterly from here on.
                portfolio main statements quarterly
day 2026-04-01  run
                expect documents statement 2026-01-01 to 2026-03-31
day 2026-05-04  run
                expect documents none
# Switched on anew, it does not state the time before.
                portfolio main statements none
day 2026-07-01  run
                expect documents none
                portfolio main statements monthly
day 2026-07-02  run all
                expect documents none
