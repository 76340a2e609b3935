# What was paid too much goes back to the customer; what is owed later is owed.
live
day 2026-03-01  invoice INV-1 100.00 EUR due 2026-03-31
day 2026-03-30  pay 150.00 EUR as p1
                refund 40.00 EUR from nobody
                expect refused unknown payment
                refund 60.00 EUR from p1
                expect refused nothing unapplied
                refund 50.00 USD from p1
                expect refused wrong currency
                refund 10.00 EUR from p1 on 2026-03-29
                expect refused before document
day 2026-04-05  refund 50.00 EUR from p1 as r1
                expect unapplied nothing
                expect open nothing
                refund 0.01 EUR
                expect refused nothing unapplied
                reverse p1
                expect refused already refunded
day 2026-04-06  invoice INV-2 50.00 EUR due 2026-04-13
day 2026-04-16  run
                expect action email first-reminder
                dispatch
                expect messages 1
# It did not reach the customer.
day 2026-04-20  take back refund r9
                expect refused unknown refund
                take back refund r1 on 2026-04-04
                expect refused before document
                take back refund r1
                expect unapplied 50.00 EUR
                take back refund r1
                expect refused already reversed
                reverse p1 on 2026-04-19
                expect refused already refunded
                reverse p1
                expect open of INV-1 100.00 EUR
                expect unapplied nothing
