# Who asks for a statement gets it with the next dispatch, whatever the caps say, and no run is needed.
day 2026-03-02  live
                account A1
                invoice INV-1 100.00 EUR due 2026-03-20
day 2026-03-10  pay 40.00 EUR for INV-1
                request statement from 2026-03-01
                dispatch
                expect messages 1
                expect attached statement-A1-2026-03-10.pdf
# A day that is not over can't be accounted for.
                request statement on 2026-03-11
                expect refused day not over
# Nothing to say: nothing is sent.
                request statement from 2026-01-01 on 2026-02-01
                dispatch
                expect messages 1
                expect pending 0
# At night it waits for the morning.
day 2026-03-10 at 22:30  request statement
                dispatch
                expect messages 1
                expect pending 1
day 2026-03-11 at 08:30  dispatch
                expect messages 2
                expect attached statement-A1-2026-03-10.pdf
