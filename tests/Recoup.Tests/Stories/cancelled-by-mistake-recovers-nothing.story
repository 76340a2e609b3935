# An invoice is cancelled by mistake and stands again on the same day. What had paid it in time is put back and recovers nothing: only what
# was open is open again.
live
day 2026-03-01  invoice INV-1 100.00 EUR due 2026-03-31
day 2026-03-05  pay 70.00 EUR for INV-1 as p1
day 2026-04-08  expect kpi recovery_rate 0
                cancel INV-1
                take back cancellation INV-1
                expect open of INV-1 30.00 EUR
day 2026-04-09  expect kpi recovery_rate 0
# What comes after the due date recovers, also where it was put back once.
                pay 15.00 EUR for INV-1 as p2
                expect kpi recovery_rate 25
                cancel INV-1
                take back cancellation INV-1
                expect open of INV-1 15.00 EUR
                expect kpi recovery_rate 16.67
# A payment made in time that comes back late makes its amount overdue.
day 2026-04-10  reverse p1
                expect kpi recovery_rate 9.38
# A credit is no cash, and put back it opens nothing.
day 2026-05-04  credit CN-1 40.00 EUR for INV-1
                expect kpi recovery_rate 0
                cancel INV-1
                take back cancellation INV-1
                expect open of INV-1 45.00 EUR
day 2026-05-20  pay 45.00 EUR for INV-1
                expect kpi recovery_rate 31.03
