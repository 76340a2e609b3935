# Decided for a business day, dispatched on one that has become a holiday since: the days are asked again at the release.
policy levels with business_days_only true
day 2026-01-05  live
                portfolio P zone Europe/Berlin calendar de
                account A1 portfolio P zone Europe/Berlin
day 2026-03-01  invoice INV-1 100.00 EUR due 2026-05-28
# Tuesday after Whitsun; Thursday is Corpus Christi in Bavaria, and the office is shut on Friday as well.
day 2026-06-02  run
                expect action email level-1
day 2026-06-04  portfolio P calendar de-by holiday 2026-06-05
                dispatch
                expect messages 0
day 2026-06-05 at 12:00  dispatch
                expect messages 0
# The weekend.
day 2026-06-06  dispatch
                expect messages 0
day 2026-06-08  dispatch
                expect messages 1
