# An address in Berlin and a number in New York: a call waits until it is day at both.
policy levels
day 2026-01-05  live
                account A1 zone Europe/Berlin country DE phone +12125551234
day 2026-05-01  opt out email
                invoice INV-1 300.00 EUR due 2026-06-01
day 2026-06-06 at 07:00  run
                expect action task level-1
                expect explain not before 2026-06-06 12:00
                expect explain gate waking-hours
