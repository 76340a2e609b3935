# What was given up and comes in after all recovers the write-off; the rest of it stays given up.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-06-30  pay 20.00 EUR
                write off INV-1
                expect open nothing
                expect paid items 0 late 0 days 0
                write off INV-1
                expect refused nothing open
day 2026-07-10  pay 50.00 EUR for INV-1 as late
                expect open nothing
                expect unapplied nothing
day 2026-07-12  cancel INV-1
                expect refused below written off
# The recovery bounces: given up again, not open again.
day 2026-07-15  reverse late
                expect open nothing
                expect unapplied nothing
day 2026-07-20  pay 100.00 EUR for INV-1
                expect unapplied 20.00 EUR
# Nothing is given up any more, so it counts as settled, though late.
                expect paid items 1 late 1 days 150
                cancel INV-1
                expect refused below written off
