# A cent and 300 yen are nothing: no letter, no call, no agency, until others join them.
policy default
day 2026-01-05  live
                account A1 phone
day 2026-03-01  invoice INV-1 100.01 EUR due 2026-03-31
                invoice INV-2 300 JPY due 2026-03-31
                pay 100.00 EUR for INV-1
day 2026-03-27  run
                expect no action because below-minimum
day 2026-04-03  run all
                expect no action because below-minimum
day 2026-06-30  run all
                expect no action because below-minimum
                expect worklist empty
# 250 euros fall due. The ladder counts from them, not from the cent of March, and the letter lists what is overdue.
day 2026-07-01  invoice INV-3 250.00 EUR due 2026-07-31
day 2026-08-03  run
                expect action email first-reminder
                expect explain counted from 2026-07-31
                dispatch
                expect message names INV-1 INV-2 INV-3
