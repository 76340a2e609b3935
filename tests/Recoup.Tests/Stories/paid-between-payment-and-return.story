# A payment of a day on which the invoice was paid by another, which came back since: it meets what is open since then.
policy levels
day 2026-01-05  live
day 2026-04-01  invoice INV-1 400.00 EUR due 2026-04-10
day 2026-04-09  pay 400.00 EUR for INV-1 as p1
day 2026-04-14  reverse p1
day 2026-04-15  pay 400.00 EUR for INV-1 as p2 on 2026-04-12
                expect accepted
                expect open nothing
                invoice INV-2 100.00 EUR due 2026-04-10 issued 2026-04-01
                pay 100.00 EUR for INV-2 as p3 on 2026-04-09
day 2026-04-16  reverse p3
                write off INV-2 40.00 on 2026-04-12
                expect refused more than open
                write off INV-2 40.00 on 2026-04-16
                expect accepted
                expect open 60.00 EUR
