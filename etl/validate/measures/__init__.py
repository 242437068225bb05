"""The frames that rules judge: one row a record, with its fields, measures derived from them, and parsing issues.

A rule judges one value in one column, because only then does Great Expectations say which row failed. A question that
spans fields, reports or reference data is therefore computed here, as a measure; its limit is set in `expectations/`.
A measure is None where there is nothing to judge; a measure in words is also None when all is well.
"""
