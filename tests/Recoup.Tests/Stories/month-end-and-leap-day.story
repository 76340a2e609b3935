# Zero days past due on the due date itself; 30 days later still 1-30. 2028 has a 29th of February.
day 2028-01-31  invoice INV-1 100.00 EUR due 2028-01-31
                expect open 100.00 EUR bucket current
day 2028-02-01  expect open 100.00 EUR bucket 1-30
day 2028-02-29  invoice INV-2 50.00 EUR due 2028-02-29
                expect open 150.00 EUR bucket current 50.00, 1-30 100.00
day 2028-03-01  expect open 150.00 EUR bucket 1-30
day 2028-03-02  expect open 150.00 EUR bucket 1-30 50.00, 31-60 100.00
day 2028-03-31  expect open 150.00 EUR bucket 31-60
day 2028-04-30  expect open 150.00 EUR bucket 61-90
day 2028-05-01  expect open 150.00 EUR bucket 61-90 50.00, 90+ 100.00
