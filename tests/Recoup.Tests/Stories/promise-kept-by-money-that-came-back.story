# The payment that kept a promise comes back: within the term the promise is open again; after it, it is broken from that day.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-03  promise 60.00 EUR by 2026-06-10 as word
day 2026-06-05  pay 60.00 EUR as debit
                expect promise word kept 60.00 EUR
                run
                expect no action because step-not-due
day 2026-06-08  reverse debit
                expect promise word open
                run
                expect no action because promise-open
                expect promise word open
day 2026-06-09  pay 60.00 EUR as second
                expect promise word kept 60.00 EUR
# What came beside, while the promise was kept, stands in for what went back.
                pay 10.00 EUR as extra
day 2026-06-20  reverse second
                expect promise word partial 10.00 EUR
                run
                expect explain overdue 90.00 EUR for 19 days
