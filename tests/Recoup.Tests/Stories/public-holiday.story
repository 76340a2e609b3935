# On a public holiday of the customer's country nobody is called.
policy levels
day 2026-01-05  live
                account A1 zone Europe/Rome country IT phone +390612345678
day 2026-04-01  opt out email
                invoice INV-1 300.00 EUR due 2026-05-28
day 2026-06-02  run
                expect action task level-1
                expect explain not before 2026-06-03 06:00
