# Two portfolios of one party: a letter for each, but the caps are the party's.
policy levels
day 2026-01-05  live
                portfolio eu zone Europe/Berlin
                portfolio us zone America/New_York
                account A1 portfolio eu
                account A2 party A1 portfolio us
day 2026-05-01  invoice INV-1 100.00 EUR due 2026-06-01 of A1
                invoice INV-2 80.00 USD due 2026-06-01 of A2
day 2026-06-05 at 15:00  call no_answer
                call no_answer
day 2026-06-06 at 15:00  run
                expect action email level-1 in eu
                dispatch
                expect message names INV-1
                expect open 100.00 EUR, 80.00 USD bucket 1-30 100.00 EUR, 1-30 80.00 USD
day 2026-06-12 at 15:00  run
                expect action email level-1 in us
                dispatch
                expect message names INV-2
