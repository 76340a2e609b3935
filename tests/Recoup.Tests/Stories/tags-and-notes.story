# Tags are facts of policies; notes are of an account or an item.
policy tagged
day 2026-01-05  live
                invoice INV-1 100.00 EUR due 2026-01-10
                tag vip
                tag key-account
                untag key-account
                expect tags of A1 vip
                note promised for INV-1 as first
                expect accepted
                note promised for INV-9
                expect refused unknown item
                take back note first
                take back note first
                expect refused unknown note
day 2026-01-15  run
                expect no action because step-not-due
                untag vip
                run
                expect action email level-1
