# Who has no mail is told by a call. It was made a week after somebody was asked to make it: the ten days begin then.
policy threat
day 2026-01-05  live
                account A1 phone +493012345678 without email
day 2026-02-02  invoice INV-1 100.00 EUR due 2026-03-02
day 2026-03-07  run
                expect action task level-1
                call right_party
day 2026-03-22  run
                expect action task notice
day 2026-03-25  run all
                expect no action because step-not-due
                expect explain considered agency: step notice is still under way
day 2026-03-29  call right_party
day 2026-04-07  run all
                expect no action because step-not-due
                expect next review 2026-04-08
day 2026-04-08  run
                expect action placement agency
                expect explain after notice 2026-03-29
