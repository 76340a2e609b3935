# The cancellation is dated before the payment came: the cash is unapplied from the day it came, not before.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-01-20  pay 100.00 EUR for INV-1
day 2026-01-25  cancel INV-1 on 2026-01-15
                expect open nothing
                expect unapplied 100.00 EUR
                expect paid items 0 late 0 days 0
