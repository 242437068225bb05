"""The types of columns, and what bounds them."""

from sqlalchemy import DateTime, Numeric, SmallInteger, Text

from etl.addresses import ADDRESS_BYTES_MAX
from etl.thai.calendar import FIRST_YEAR, LAST_YEAR

PROSE_BYTES_MAX = 1_000_000  # of text in no key


class Words(Text):
    """Text of at most so many bytes of UTF-8: what is longer is no value of the column."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__()
        self.bytes_max = bytes_max


class Whole(SmallInteger):
    """A whole number between two, both included."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__()
        self.first, self.last = first, last


# An index holds rows of up to 2704 bytes. What stands in a key is bounded so that all that a key is made of fits: two
# codes; the name of a record, with an agency's code and an indicator's text, and a field's path; an address and a hash.
Code, Name, Address = Words(200), Words(1_800), Words(ADDRESS_BYTES_MAX)
RecordName = Words(Code.bytes_max + Name.bytes_max + 20)  # an agency, an id or a text, and a year
Remark = Words(3_000)  # what is said of a record, and quoted from it: a person is to read it
FiscalYear, Quarter = Whole(FIRST_YEAR, LAST_YEAR), Whole(1, 4)
Money = Numeric(18, 2)
Percent = Numeric(9, 4)
Ratio = Numeric(32, 4)  # a small plan, much exceeded, is a percentage of many digits
Value = Numeric(24, 6)
Timestamp = DateTime(timezone=True)
