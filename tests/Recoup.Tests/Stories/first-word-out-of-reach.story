# Whom nobody may write to or call is a person's work, and no agency's before they heard a word. When they may be
# written to the ladder begins, as for anybody who heard nothing.
policy default
day 2026-02-15  live
                account A1 phone
day 2026-03-10  invoice INV-1 500.00 EUR due 2026-03-31
                opt out all
day 2026-04-03  run
                expect action find contact
                expect worklist find_contact
day 2026-04-13  run
                expect no action
                expect worklist find_contact
day 2026-05-20  run
                expect no action
day 2026-05-29  run
                expect no action
                expect worklist find_contact
day 2026-06-01  opt in email
                run
                expect action email first-reminder
                expect worklist empty
                dispatch
day 2026-06-05  run
                expect no action because nobody is due
day 2026-06-10  run
                expect action email second-reminder
                dispatch
day 2026-06-22  run
                expect no action because opted-out
