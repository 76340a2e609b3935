# Who wants nothing is left alone; who then says yes to mail is written to, and not called.
policy levels
day 2026-01-05  live
                account A1 phone
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-02  opt out all
day 2026-06-06  run
                expect action find contact
day 2026-06-07  opt in email on 2026-06-09
day 2026-06-08  run all
                expect no action because work-under-way
day 2026-06-09  run
                expect action email level-1
day 2026-06-10  opt out email
