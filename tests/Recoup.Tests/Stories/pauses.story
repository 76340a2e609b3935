# Pauses may touch, not overlap; a pause holds from its first to its last day.
policy levels
day 2026-01-05  live
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
                hold 2026-06-03 to 2026-06-10 as first
                hold 2026-06-10 to 2026-06-15
                expect refused overlapping hold
                hold 2026-06-11 to 2026-06-15 as second
                expect accepted
day 2026-06-06  run
                expect no action because hold
day 2026-06-11  run
                expect no action because hold
                release second on 2026-06-13
day 2026-06-12  run all
                expect no action because hold
day 2026-06-13  run
                expect no action because step-not-due
                expect explain paused 10 days
# A pause that is over before anything is overdue holds nothing back.
day 2026-06-13  release first
                expect refused unknown hold
# Ten days of rest are not counted: the fifth day is the 16th.
day 2026-06-16  run
                expect action email level-1
