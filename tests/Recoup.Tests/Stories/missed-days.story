# Nobody ran it for weeks, and the policy wants the latest at once: the others are told as skipped.
policy levels with missed_steps latest
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-07-12  run
                expect action email level-3
                expect explain skipped level-1
                expect explain skipped level-2
