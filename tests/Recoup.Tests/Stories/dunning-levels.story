# Levels at 5, 20 and 40 days on 100.00 due on day 0 (behaviour table of Tryton's dunning).
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-05  run
                expect no action because step-not-due
day 2026-06-06  run
                expect action email level-1
# Day 30, the letter of level 1 has not left: level 1 stays.
day 2026-07-01  run
                expect no action because message-under-way
                dispatch
                expect messages 1
# It has left, but the line is blocked: it stays.
day 2026-07-02  dispute INV-1 as blocked
                run
                expect no action because disputed
# Unblocked: level 2.
day 2026-07-04  settle blocked
                run
                expect action email level-2
                dispatch
# Paid: gone.
day 2026-07-06  pay 100.00 EUR
                expect open nothing
day 2026-07-21  run all
                expect no action because nothing-open
                expect messages 2
