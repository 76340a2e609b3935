# An outside ledger that posts write-offs at the month's end has the item as open until then: it stays written off, and
# what it took off or put on besides is taken.
day 2026-01-10  invoice INV-1 300.00 EUR due 2026-02-14
                invoice INV-2 100.00 EUR due 2026-02-14
day 2026-04-01  write off INV-1
                write off INV-2 40.00 EUR
                expect open 60.00 EUR bucket 31-60
day 2026-04-02  ledger says INV-1 300.00 EUR
                ledger says INV-2 100.00 EUR
                expect open 60.00 EUR bucket 31-60
                expect open of INV-1 nothing
day 2026-04-03  ledger says INV-2 90.00 EUR
                expect open of INV-2 50.00 EUR
                ledger says INV-1 200.00 EUR
                expect open of INV-1 nothing
day 2026-04-04  pay 100.00 EUR for INV-1 as p1
                ledger says INV-1 200.00 EUR
                expect open of INV-1 nothing
day 2026-04-05  pay 200.00 EUR for INV-1 as p2
                ledger says INV-1 0.00 EUR
                expect open of INV-1 nothing
                expect unapplied nothing
day 2026-04-30  ledger says INV-2 50.00 EUR
                expect open of INV-2 50.00 EUR
day 2026-05-02  take back write off INV-2 40.00 EUR
                expect open of INV-2 90.00 EUR
                ledger says INV-2 90.00 EUR
                expect open of INV-2 90.00 EUR
                ledger says INV-2 120.00 EUR
                expect open of INV-2 120.00 EUR
