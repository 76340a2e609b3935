# A free month is an invoice: taken, settled at once, never dunned; a charge may name it.
live
day 2026-01-10  invoice INV-1 0.00 EUR due 2026-01-31
                invoice INV-2 10.00 EUR due 2026-01-31
                expect open 10.00 EUR bucket current
day 2026-01-20  pay 10.00 EUR
                expect open nothing
                expect unapplied nothing
                expect paid items 1 late 0 days 0
day 2026-02-20  run
                expect no action
day 2026-02-21  correct INV-1 amount 5.00 EUR
                expect open of INV-1 5.00 EUR
                correct INV-1 amount 0.00 EUR
                expect open of INV-1 nothing
                cancel INV-1
                expect kpi dso_countback 0
