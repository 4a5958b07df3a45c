"""Build the illustrative figures, sites and roads that ship with the product.

Run from the root of the project: ``python -m data.sample.build``. One seed, no clock and no
network: the same files come out every time. What is published (totals, named works, four regions)
is kept exactly; everything else is made up to look plausible and says so in its column `source`.
"""
