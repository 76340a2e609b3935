# Three contacts in seven days are enough, whoever made them. The customer's calendar counts.
policy levels
day 2026-01-05  live
                account A1 zone Pacific/Honolulu
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
# 04:00 UTC on the 3rd is still the 2nd in Honolulu.
day 2026-06-03 at 04:00  call no_answer
                call no_answer
                call voicemail
day 2026-06-06  run
                expect no action because three-a-week
                expect next review 2026-06-09
# The 9th has begun by UTC; in Honolulu it is the 8th, the seventh of the seven days.
day 2026-06-09 at 00:30  run
                expect no action because three-a-week
                expect next review 2026-06-10
day 2026-06-10 at 00:30  run
                expect action email level-1
