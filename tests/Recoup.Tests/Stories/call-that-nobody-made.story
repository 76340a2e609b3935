# A call that nobody made, since the money came, was no step: where the money goes back it is due again.
day 2026-03-25  live
                invoice INV-1 400.00 EUR due 2026-03-31
day 2026-04-03  run
                dispatch
day 2026-04-13  run
                expect action email second-reminder
                dispatch
day 2026-04-20  run
                expect action task call
                pay 400.00 EUR as p1
                expect worklist empty
day 2026-04-21  reverse p1
                run
                expect action task call
                expect worklist call
# In part, too: below what the step asks for.
day 2026-04-22  pay 300.00 EUR as p2
                expect worklist empty
day 2026-04-23  reverse p2
                run
                expect action task call
# Once somebody called it was taken, whatever came of it.
day 2026-04-24  call no_answer
                pay 400.00 EUR as p3
                expect worklist empty
day 2026-04-27  reverse p3
                run
                expect no action because step-not-due
day 2026-05-04  run
                expect action email final-notice
