# By payday, before a weekend on the Friday. Cancelled, what is open is due as before; its days of rest are not counted.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
                invoice INV-2 50.00 EUR due 2026-06-01
day 2026-06-03  plan for INV-1 4 times from 2026-06-10 every payday 25 as given
                plan for INV-9 2 times from 2026-06-10 every month
                expect refused unknown item
                plan for INV-2 pays 20.00 by 2026-06-10 and 20.00 by 2026-07-10 EUR
                expect refused not the balance
day 2026-06-06  run
                expect action email level-1
                dispatch
day 2026-06-08  cancel plan given on 2026-06-01
                expect refused before document
                cancel plan given
                expect plan given cancelled 0.00 of 100.00 EUR: open open open open
                pay 50.00 EUR for INV-2
day 2026-06-10  run
                expect no action because step-not-due
day 2026-06-11  run
                expect action email level-1
                expect explain paused 5 days
                expect next review 2026-06-26
