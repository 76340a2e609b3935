# An invoice cancelled by mistake stands again: what it had been paid with pays it.
live
day 2026-01-10  invoice INV-1 100.00 EUR due 2026-01-31
                invoice INV-2 40.00 EUR due 2026-01-31
day 2026-01-20  pay 60.00 EUR for INV-1 as p1
day 2026-02-02  cancel INV-1
                expect unapplied 60.00 EUR
day 2026-02-04  take back cancellation INV-2
                expect refused not cancelled
                take back cancellation INV-9
                expect refused unknown item
                take back cancellation INV-1 on 2026-02-01
                expect refused before document
                take back cancellation INV-1
                expect open of INV-1 40.00 EUR
                expect unapplied nothing
                take back cancellation INV-1
                expect refused not cancelled
                cancel INV-1 on 2026-02-03
                expect refused before document
day 2026-02-12  run
                expect action email first-reminder
# What was used elsewhere meanwhile stays there.
day 2026-02-13  invoice INV-3 60.00 EUR due 2026-03-01
                cancel INV-1
                apply 60.00 EUR of p1 to INV-3
                take back cancellation INV-1
                expect open of INV-1 100.00 EUR
                expect open of INV-3 nothing
                expect paid items 1 late 0 days 0
