# 60, 100 and 40 paid 40 leaves 20, 100 and 40; a credit of 100 put on the oldest leaves 0, 20 and 40 (ERPNext).
day 2026-01-10  invoice INV-1/1 60.00 EUR due 2026-01-31
                invoice INV-1/2 100.00 EUR due 2026-02-28
                invoice INV-1/3 40.00 EUR due 2026-03-31
day 2026-01-20  pay 40.00 EUR
                expect open of INV-1/1 20.00 EUR
                expect open of INV-1/2 100.00 EUR
                expect open of INV-1/3 40.00 EUR
# A credit note without an invoice waits for a person to say where it belongs.
day 2026-01-25  credit CN-1 100.00 EUR
                expect unapplied 100.00 EUR
                expect open 160.00 EUR bucket current
                apply 20.00 EUR of credit CN-1 to INV-1/1
                apply 80.00 EUR of credit CN-1 to INV-1/2
                expect open of INV-1/1 nothing
                expect open of INV-1/2 20.00 EUR
                expect open of INV-1/3 40.00 EUR
                expect unapplied nothing
