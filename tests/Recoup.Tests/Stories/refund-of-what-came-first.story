# Without a payment named, what came first goes back first; credits are sent back too.
day 2026-03-01  pay 30.00 EUR as p1
day 2026-03-02  credit CN-1 20.00 EUR
day 2026-03-03  pay 10.00 EUR as p2
                refund 45.00 EUR as r1
                expect unapplied 15.00 EUR
                refund 20.00 EUR from credit CN-1
                expect refused nothing unapplied
                refund 15.00 EUR from credit CN-1
                expect refused nothing unapplied
                refund 5.00 EUR from p2
                expect unapplied 10.00 EUR
day 2026-03-04  take back refund r1
                expect unapplied 55.00 EUR
