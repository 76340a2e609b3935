# The first call of a case brings a promise, which is kept; the second case is called twice and pays late. A promise has three days of grace.
policy default
day 2026-01-05  live
                account A1 phone
                invoice INV-1 100.00 EUR due 2026-01-10
day 2026-01-20  promise 100.00 EUR by 2026-01-30 as word
                call right_party result promise promise word
                expect kpi call_to_promise_ratio 100
                run
                expect next review 2026-02-03
day 2026-01-29  pay 100.00 EUR
                expect promise word kept 100.00 EUR
                run
                expect kpi first_call_resolution_rate none
day 2026-02-03  run
                expect kpi first_call_resolution_rate 100
day 2026-02-04  invoice INV-2 60.00 EUR due 2026-02-10
day 2026-02-12  call no_answer
                run
day 2026-02-16  call right_party result no_commitment
                run
day 2026-02-20  run
                expect kpi first_call_resolution_rate 50
day 2026-02-25  pay 60.00 EUR
                expect kpi first_call_resolution_rate 50
                run
