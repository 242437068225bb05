"""The way through the rooms: pull, parse, validate, load, publish; a module for each step, and what belongs to it.

The command line and the DAGs both walk it. Steps hand each other addresses of files on object storage and counts, never
data, so that each may run on another machine and be run again.
"""

from etl.pipeline.judging import Judgement, judge, validate
from etl.pipeline.loading import decide, load, rehearse
from etl.pipeline.looking import lines_around, quality, raw_lines
from etl.pipeline.parsing import parse
from etl.pipeline.publishing import city_report, city_report_folder, data_docs, open_tables, publish, purge
from etl.pipeline.pulling import pull, redrive

__all__ = [
    "Judgement", "city_report", "city_report_folder", "data_docs", "decide", "judge", "lines_around", "load",
    "open_tables", "parse", "publish", "pull", "purge", "quality", "raw_lines", "redrive", "rehearse", "validate",
]  # fmt: skip
