"""The command line. It walks the same way as the DAGs: `etl.pipeline`.

A module a group of commands, imported here so that each adds itself to the application; `printing` lays out what they
print. What is imported for one command only is imported within it: a command is ready sooner. Exit status: 0 done and
nothing held back; 3 done, but something is held back, left out or left to do, which stderr names; 2 wrong usage; 1
failed, and nothing half-loaded. `diff` ends with 0 where nothing differs and with 3 where something does.
"""

from etl.cli import backup, compare, job, personal_data, quarantine, questions, report, storage, tables, warehouse
from etl.cli.app import main

__all__ = [
    "backup",
    "compare",
    "job",
    "main",
    "personal_data",
    "quarantine",
    "questions",
    "report",
    "storage",
    "tables",
    "warehouse",
]
