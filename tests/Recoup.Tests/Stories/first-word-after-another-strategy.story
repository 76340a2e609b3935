# The strategy changes before anybody called: what the other one's earlier steps say was never said, so it begins with the first.
policy calls-first
day 2026-03-10  live
                account A1 phone
                invoice INV-1 500.00 EUR due 2026-03-30
                tag partner
day 2026-04-02  run
                expect no action
day 2026-04-09  run
                expect action task partner-call
day 2026-04-13  untag partner
                run
                expect no action because days-between-steps
day 2026-04-20  run
                expect action email first-reminder
                dispatch
day 2026-04-29  run
                expect action email second-reminder
                dispatch
# Who was written to goes on where the letters had got, there and back: nothing is said twice.
day 2026-05-04  tag partner
day 2026-05-11  run
                expect no action because last-step-taken
day 2026-05-26  untag partner
                run
                expect no action because work-under-way
