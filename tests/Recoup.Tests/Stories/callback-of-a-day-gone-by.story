# A callback that is told of when its day is over takes the place of none that is still to come; none is years ahead.
policy levels
day 2026-01-05  live
                account A1 without email phone zone Europe/Berlin consumer
                invoice INV-1 100.00 EUR due 2026-01-10
                callback at 2026-01-20 09:00 as coming
day 2026-01-13  callback at 2026-01-12 09:00 as gone
                expect callback coming open
                expect callback gone open
                callback at 2028-01-12 09:00 as typed
                expect refused not allowed then
                callback at 2026-01-21 09:00 as other
                expect callback coming superseded
                expect callback gone superseded
                expect callback other open
