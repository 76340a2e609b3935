# Interest is a charge of the plan, so the instalments add up to what is open.
policy levels
day 2026-01-05  invoice INV-1 1200.00 EUR due 2026-01-20
day 2026-01-25  plan 12 times from 2026-02-01 every month interest 8 as loan
                expect open 1252.63 EUR
                expect plan loan open 0.00 of 1252.63 EUR: open open open open open open open open open open open open
# A claim that grows is no part of what was agreed; credit is.
day 2026-01-26  correct INV-1 amount 1210.00 EUR
                expect plan loan open 0.00 of 1252.63 EUR: open open open open open open open open open open open open
                credit CN-1 104.39 EUR for INV-1
                expect plan loan open 104.39 of 1252.63 EUR: paid open open open open open open open open open open open
