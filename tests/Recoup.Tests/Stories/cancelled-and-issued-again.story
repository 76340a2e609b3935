# An invoice is cancelled and entered again under its number: what was before stays as it was.
day 2026-03-01  invoice INV-1 100.00 EUR due 2026-03-31
day 2026-03-05  cancel INV-1
day 2026-03-06  invoice INV-1 90.00 EUR due 2026-04-05
                expect open 90.00 EUR
                invoice INV-1 90.00 EUR due 2026-04-05
                expect refused duplicate number
day 2026-03-20  pay 30.00 EUR for INV-1
day 2026-04-08  expect open 60.00 EUR bucket 1-30
                cancel INV-1
                expect open nothing
                expect unapplied 30.00 EUR
