# The bank tells of a payment within the term only after the promise was judged: it was kept, and nothing is held against the customer.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-03  promise 60.00 EUR by 2026-06-10 as word
day 2026-06-13  run
                expect promise word broken 0.00 EUR
day 2026-06-15  pay 20.00 EUR as p1 on 2026-06-09
                expect promise word partial 20.00 EUR
day 2026-06-16  pay 40.00 EUR as p2 on 2026-06-12
                expect promise word kept 60.00 EUR
                pay 10.00 EUR as p3 on 2026-06-14
                run
                expect promise word kept 60.00 EUR
                expect explain overdue 30.00 EUR for 15 days
# It goes back: partial again, and what came after the term does not stand in for it.
day 2026-06-20  reverse p2
                expect promise word partial 20.00 EUR
