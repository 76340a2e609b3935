# A hold that no run saw, a dispute entered when it was over, a promise that was broken while nobody looked: each counts
# the days on which it stood.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-02  hold 2026-06-03 to 2026-06-07
                promise 50.00 EUR by 2026-06-18 on 2026-06-10
# Broken on the 21st. A run of July comes to see it, and counts no day of July.
day 2026-07-20  dispute as quality on 2026-06-25
                settle quality on 2026-06-28
                run
                expect action email level-1
                expect explain paused 19 days
