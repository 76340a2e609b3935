# A quarter's figures from a few documents.
day 2026-01-01  invoice INV-1 300.00 EUR due 2026-01-31
day 2026-02-01  invoice INV-2 300.00 EUR due 2026-02-28
day 2026-03-01  invoice INV-3 300.00 EUR due 2026-03-31
day 2026-03-10  pay 300.00 EUR for INV-1
day 2026-03-31  expect open 600.00 EUR bucket current 300.00, 31-60 300.00
                expect kpi dso 60
                expect kpi percent_current 50
