"""Thai as the exports print it: text repair, digits, numbers and money, Buddhist dates and fiscal years.

In come strings, out come strings, `Decimal`s and `date`s. Everything here is a pure function of its arguments.
"""

import os

# PyThaiNLP would make a folder for its corpora in the user's home; nothing here needs one.
os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")
