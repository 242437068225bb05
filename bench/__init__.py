"""What the project measures of itself, beside its peers, in one run. `make bench` writes RESULTS.md.

Each module is a part: its `run` takes a console and gives a section of the report.
"""
