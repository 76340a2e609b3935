# What was paid too much stands by itself and pays nothing unasked.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-01-20  pay 130.00 EUR as p1
                expect open nothing
                expect unapplied 30.00 EUR
day 2026-02-10  invoice INV-2 50.00 EUR due 2026-02-28
                expect open 50.00 EUR bucket current
                expect unapplied 30.00 EUR
                apply 40.00 EUR of p1 to INV-2
                expect refused nothing unapplied
                apply 30.00 EUR of p1 to INV-2
                expect open 20.00 EUR bucket current
                expect unapplied nothing
