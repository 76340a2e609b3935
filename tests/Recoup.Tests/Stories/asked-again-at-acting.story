# What came in since a step was decided is asked for again: a letter for a rest of a cent does not leave, and a call for
# what is no longer worth one is off the worklist before the next run.
policy default
day 2026-01-05  live
                account A1 phone
day 2026-03-01  invoice INV-1 300.00 EUR due 2026-03-31
day 2026-04-03  run
                expect action email first-reminder
                pay 299.99 EUR
                dispatch
                expect messages 0
day 2026-04-06  run all
                expect no action because below-minimum
day 2026-04-07  invoice INV-2 300.00 EUR due 2026-04-10 issued 2026-04-01
day 2026-04-13  run
                expect action email first-reminder
                dispatch
                expect messages 1
day 2026-04-22  run
                expect action email second-reminder
                dispatch
day 2026-04-30  run
                expect action task call
                expect worklist call
                pay 150.00 EUR for INV-2
                expect worklist empty
