# An item overdue when first heard of goes on where it was when a broken promise moves the customer to another ladder.
policy segments
day 2026-01-05  live
day 2026-02-20  invoice OLD-1 180.00 EUR due 2026-01-31 issued 2026-01-10
                run
                expect action email calm-1
                expect explain counted from 2026-02-13
                dispatch
day 2026-03-02  run
                expect action email calm-2
                dispatch
day 2026-03-04  promise 180.00 EUR by 2026-03-05 as word
day 2026-03-06  run
                expect promise word broken 0.00 EUR
                expect no action because step-not-due
                expect explain counted from 2026-02-13
day 2026-03-13  run
                expect action email firm-3
                expect explain counted from 2026-02-13
