# Money never crosses currencies.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
                invoice INV-2 10000 JPY due 2026-01-31
day 2026-01-20  pay 150.00 EUR
                expect open 10000 JPY bucket current
                expect unapplied 50.00 EUR
                pay 50.00 EUR for INV-2
                expect refused wrong currency
day 2026-02-02  pay 4000 JPY
                expect open 6000 JPY bucket 1-30
