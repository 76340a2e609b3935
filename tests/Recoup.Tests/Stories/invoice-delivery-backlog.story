# Switching delivery on sends nobody what he has had for long.
day 2026-03-02  live
                portfolio main
                account A1
                invoice OLD-1 100.00 EUR due 2026-04-02
day 2026-03-04  portfolio main delivers email
# Issued before the switch, though it comes in after it.
                invoice OLD-2 100.00 EUR due 2026-04-02 issued 2026-03-03
                invoice NEW-1 100.00 EUR due 2026-04-03
                run
                expect documents invoice NEW-1
# Issued more than 30 days before it came in.
day 2026-04-20  invoice LATE-1 100.00 EUR due 2026-05-20 issued 2026-03-10
                invoice LATE-2 100.00 EUR due 2026-05-20 issued 2026-03-21
                run
                expect documents invoice LATE-2
                expect delivery LATE-1 none
# Dated ahead: on its day.
                invoice AHEAD 10.00 EUR due 2026-05-30 issued 2026-04-24
                run
                expect documents none
day 2026-04-24  run
                expect documents invoice AHEAD
# Switched off before the run: it stays unsent, and later too.
                invoice OFF-1 10.00 EUR due 2026-05-30
                portfolio main delivers none
day 2026-04-25  run
                expect documents invoice OFF-1 not because delivery-off
                expect delivery OFF-1 not_sent 2026-04-25 because delivery-off
                portfolio main delivers email
day 2026-04-27  run all
                expect documents none
