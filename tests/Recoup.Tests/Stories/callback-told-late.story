# Another callback takes the place of one before; what is cancelled holds no call back; outside the hours of the law there is none.
policy levels
day 2026-01-05  live
                account A1 without email phone zone Europe/Berlin consumer
                account A2 phone
                invoice INV-1 100.00 EUR due 2026-01-10
                callback at 2026-01-12 22:30 as night
                expect refused not allowed then
                callback at 2026-01-12 09:00 as first
                callback at 2026-01-16 09:00 by ann as second
                expect callback first superseded
                expect callback second open
day 2026-01-15  run
                expect no action because callback-agreed
                cancel callback second
                expect callback second cancelled
                cancel callback second
                expect refused unknown callback
                run
                expect action task level-1
# On hold nobody calls.
day 2026-01-16  hold 2026-01-16 to 2026-01-20 of A2
                callback at 2026-01-19 09:00 as held of A2
                expect refused not allowed then
                callback at 2026-01-21 09:00 as after of A2
                expect callback after open
                erase of A2
                expect callback after cancelled
                callback at 2026-01-21 09:00 of A2
                expect refused party erased
