# Of whom neither an address nor a number is known, a person finds one: a call that nobody can make is no word said, and no agency
# is proposed before there was one.
policy default
day 2026-02-15  live
                account A1 without email
day 2026-03-10  invoice INV-1 500.00 EUR due 2026-03-23
day 2026-03-26  run
                expect action find contact
                expect worklist find_contact
day 2026-04-22  run
                expect no action
                expect worklist find_contact
day 2026-05-12  run
                expect no action
day 2026-06-02  run
                expect no action
                expect worklist find_contact
day 2026-06-03  address pay@customer.example
                run
                expect action email first-reminder
                dispatch
