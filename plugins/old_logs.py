"""Deletes logs of Airflow's tasks that are old."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk.configuration import conf

KEPT = timedelta(days=int(os.environ.get("ETL_LOGS_KEEP_DAYS", "90")))


def delete_old_logs(now: datetime) -> int:
    """Delete logs that nothing was written to for KEPT, and folders that are empty then; return how many logs."""
    folder = Path(conf.get_mandatory_value("logging", "base_log_folder"))
    oldest = (now - KEPT).timestamp()
    old = [file for file in folder.rglob("*.log") if not file.is_symlink() and file.stat().st_mtime < oldest]
    for file in old:
        file.unlink()
        for parent in file.parents:
            if parent == folder or any(parent.iterdir()):
                break
            parent.rmdir()
    return len(old)
