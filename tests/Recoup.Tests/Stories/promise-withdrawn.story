# A promise entered by mistake holds nothing back and counts neither as kept nor as broken.
live
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-02-01  promise 100.00 EUR by 2026-03-31 as pr1
day 2026-02-12  run
                expect no action because promise-open
                take back promise pr9
                expect refused unknown promise
                take back promise pr1 on 2026-01-31
                expect refused before document
                take back promise pr1
                expect promise pr1 withdrawn 0.00 EUR
                take back promise pr1
                expect refused unknown promise
                run
                expect action email first-reminder
