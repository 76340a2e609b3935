# A new due date holds from its day; another figure leaves it alone; one of the same day replaces it.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
day 2026-02-10  expect open 100.00 EUR bucket 1-30
                correct INV-1 due 2026-03-31 on 2026-02-15
                expect open 100.00 EUR bucket 1-30
# The amount is set right meanwhile, as of a day before: the new due date still waits for its day.
day 2026-02-12  correct INV-1 amount 90.00 EUR on 2026-02-01
                expect open 90.00 EUR bucket 1-30
day 2026-02-15  expect open 90.00 EUR bucket current
                correct INV-1 due 2026-02-14
                expect open 90.00 EUR bucket 1-30
                correct INV-1 due 2026-01-09
                expect refused due before issued
