# One that was settled, came back and began anew goes on too; and is said to be open again, not heard of late.
policy segments
day 2026-01-05  live
day 2026-01-10  invoice INV-1 180.00 EUR due 2026-01-31
day 2026-01-30  pay 180.00 EUR as p1
day 2026-02-20  reverse p1
                run
                expect action email calm-1
                expect explain entered open_again 2026-02-20
                dispatch
day 2026-03-02  run
                expect action email calm-2
                dispatch
day 2026-03-04  promise 180.00 EUR by 2026-03-05 as word
day 2026-03-06  run
                expect promise word broken 0.00 EUR
                expect explain entered open_again 2026-02-20
day 2026-03-13  run
                expect action email firm-3
                expect explain entered open_again 2026-02-20
