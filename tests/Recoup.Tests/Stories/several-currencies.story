# Who owes in several currencies is asked in the one in which most is owed, by what it is worth.
policy default
day 2026-01-05  live
                account A1 phone
day 2026-03-01  invoice J-1 300 JPY due 2026-03-31
                invoice J-2 300 JPY due 2026-03-31
                invoice U-1 400.00 USD due 2026-03-31
day 2026-04-03  run
                expect action email first-reminder
                expect explain overdue 400.00 USD for 3 days
                dispatch
                expect message names J-1 J-2 U-1
day 2026-04-13  run
                expect action email second-reminder
                dispatch
day 2026-04-20  run
                expect action task call
# The dollars are paid: 600 yen are left, and nobody is called for them.
                pay 400.00 USD for U-1
                expect worklist empty
day 2026-05-04  run all
                expect no action because below-minimum
