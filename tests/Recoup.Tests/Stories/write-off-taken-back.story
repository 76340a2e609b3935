# What was given up is collected again; what was recovered meanwhile stays recovered.
live
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
                take back write off INV-1
                expect refused not written off
day 2026-03-01  write off INV-1
                expect open nothing
day 2026-03-05  pay 30.00 EUR for INV-1 as p1
day 2026-03-10  take back write off INV-1 70.01 EUR
                expect refused not written off
                take back write off INV-1 10.00 EUR on 2026-02-28
                expect refused not written off
                take back write off INV-1 10.00 USD
                expect refused wrong currency
                cancel INV-1
                expect refused below written off
                take back write off INV-1
                expect open 70.00 EUR
day 2026-03-11  run
                expect action email first-reminder
# The payment that recovered comes back: so much is written off again.
day 2026-03-12  reverse p1
                expect open of INV-1 70.00 EUR
                take back write off INV-1
                expect open of INV-1 100.00 EUR
