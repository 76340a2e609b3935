# Where nothing is owed any more when a promise ends, it was not broken: what came in time was enough, and of what was cancelled there was
# nothing to promise.
live
day 2026-01-10  account A2
                account A3
                account A4
                invoice INV-1 100.00 EUR due 2026-01-31
                invoice INV-2 100.00 EUR due 2026-01-31 of A2
                invoice INV-3 100.00 EUR due 2026-01-31 of A3
                invoice INV-4 100.00 EUR due 2026-01-31 of A4
day 2026-02-01  promise 100.00 EUR by 2026-02-10 as cancelled
                promise 100.00 EUR by 2026-02-10 as credited of A2
                promise 120.00 EUR by 2026-02-10 as typed of A3
                promise 120.00 EUR by 2026-02-10 as late of A4
day 2026-02-05  cancel INV-1
                credit CN-1 100.00 EUR for INV-2 of A2
                pay 100.00 EUR as p3 of A3
                run
day 2026-02-14  run
                expect promise cancelled withdrawn 0.00 EUR
                expect promise credited withdrawn 0.00 EUR
                expect promise typed kept 100.00 EUR
                expect promise late broken 0.00 EUR
                pay 100.00 EUR as p4 of A4
                expect promise late broken 0.00 EUR
# The money goes back: the promise was not kept by it.
day 2026-02-20  reverse p3 of A3
                expect promise typed broken 0.00 EUR
