# Decided on Maundy Thursday after the hours: nothing leaves from Good Friday to Easter Monday.
policy levels with business_days_only true
day 2026-01-05  live
                portfolio P zone Europe/Berlin calendar target
                account A1 portfolio P zone Europe/Berlin
day 2026-03-01  invoice INV-1 100.00 EUR due 2026-03-28
# 22:30 in Berlin. From 29 March on the clocks there are two hours ahead of UTC.
day 2026-04-02 at 20:30  run
                expect action email level-1
                expect explain not before 2026-04-07 06:00
                expect explain gate waking-hours
day 2026-04-03  dispatch
                expect messages 0
day 2026-04-06 at 12:00  dispatch
                expect messages 0
day 2026-04-07 at 05:59  dispatch
                expect messages 0
day 2026-04-07 at 06:00  dispatch
                expect messages 1
