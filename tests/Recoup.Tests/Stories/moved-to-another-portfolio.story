# An account goes to another portfolio: what is open goes along, and what was said to the customer was said.
live
day 2026-01-10  account A1 portfolio north
                account A2 party A1 portfolio north
                invoice INV-1 100.00 EUR due 2026-01-31
                invoice INV-2 40.00 EUR due 2026-01-31 of A2
                pay 10.00 EUR for INV-9 of A1
day 2026-02-04  run
                dispatch
                expect messages 1
day 2026-02-05  move to south on 2026-02-04
                expect refused not today
                move to south on 2026-02-06
                expect refused not today
                move to south
                expect open of A1 100.00 EUR
                expect unapplied of A1 10.00 EUR
                expect open 140.00 EUR
                move to south
                expect accepted
                account A1 portfolio north
                expect refused portfolio fixed
# The next step follows the one that was taken in the other portfolio, a day late, by as many days as ever.
day 2026-02-12  run
                expect no action because step-not-due in north and step-not-due in south
day 2026-02-13  run
                expect action email second-reminder in south
