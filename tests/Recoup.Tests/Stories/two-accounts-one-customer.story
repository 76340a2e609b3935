# Two accounts turn out to be one customer: what is open stays, and from then on there is one ladder and one set of caps.
policy levels
day 2026-01-05  live
                account A1 phone
                account A2
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01 of A1
                invoice INV-2 50.00 EUR due 2026-05-10 of A2
                invoice INV-3 25.00 EUR due 2026-06-20 of A2
                pay 10.00 EUR for INV-9 of A2
day 2026-05-16  run
                expect action email level-1
                dispatch
day 2026-05-30  run
                expect action email ahead
                dispatch
                expect messages 2
day 2026-06-06  run
                expect action email level-2 and email level-1
                dispatch
                expect messages 4
                join A9 with A1
                expect refused unknown account
                join A2 with A9
                expect refused unknown account
                join A2 with A1 on 2026-06-05
                expect refused not today
                join A2 with A1
                expect accepted
                join A1 with A2
                expect refused already joined
                expect open of A1 100.00 EUR
                expect open of A2 75.00 EUR
                expect open 175.00 EUR
                expect unapplied of A2 10.00 EUR
# Both heard a word, one of them the second: the ladder that got less far goes on, so the third does not come before the second.
                run
                expect no action because step-not-due
                expect next review 2026-06-17
day 2026-06-21  run
                expect action email level-2
                dispatch
                expect message names INV-2 INV-1 INV-3
# What comes for either is one customer's.
                call no_answer of A2
                call no_answer of A1
day 2026-06-25  run all
                expect no action because step-not-due
                opt out email of A2
                pay 40.00 EUR of A2
                expect open of A2 35.00 EUR
day 2026-07-11  run
                expect action task level-3
                erase of A1
                expect accepted
                call no_answer of A2
                expect refused party erased
                pay 100.00 EUR of A1
                expect open 35.00 EUR
