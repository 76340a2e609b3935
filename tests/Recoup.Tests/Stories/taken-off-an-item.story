# A payment that met the wrong invoice is taken off it and put on the right one; a credit likewise.
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
                invoice INV-2 60.00 EUR due 2026-02-15
day 2026-01-20  pay 60.00 EUR for INV-1 as p1
day 2026-02-05  take p1 off INV-2
                expect refused not applied
                take p2 off INV-1
                expect refused unknown payment
                take p1 off INV-9
                expect refused unknown item
                take p1 off INV-1 60.01 EUR
                expect refused not applied
                take p1 off INV-1 10.00 USD
                expect refused wrong currency
                take p1 off INV-1 on 2026-01-19
                expect refused before document
                take p1 off INV-1
                expect open of INV-1 100.00 EUR
                expect unapplied 60.00 EUR
                apply 60.00 EUR of p1 to INV-2
                expect open of INV-2 nothing
                expect unapplied nothing
day 2026-02-06  credit CN-1 30.00 EUR for INV-1
day 2026-02-07  take credit CN-1 off INV-1 10.00 EUR
                expect open of INV-1 80.00 EUR
                expect unapplied 10.00 EUR
# A payment that came back after all takes back what is left of it.
day 2026-02-10  reverse p1
                expect open 140.00 EUR
