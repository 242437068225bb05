"""Thai as the exports print it: text repair, digits, numbers and money, Buddhist dates and fiscal years.

In come strings, out come strings, `Decimal`s and `date`s. Everything here is a pure function of its arguments.
"""
