# Who does not want mail is called; who wants nothing is left alone, and a person's work, until they say so again.
policy levels
day 2026-01-05  live
                account A1 phone
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01
day 2026-06-02  opt out email
day 2026-06-06  run
                expect action task level-1
                expect worklist call
                call no_answer
                expect worklist empty
day 2026-06-20  opt out all
day 2026-06-21  run
                expect action find contact
# Consent to everything takes back every no, that to mail included; from its own day on.
day 2026-06-22  opt in all on 2026-06-25
day 2026-06-24  run all
                expect no action because work-under-way
day 2026-06-25  run
                expect action email level-2
