"""Project-progress exports of the Bangkok Metropolitan Administration, read into a reporting warehouse.

Exports come in by `pull`, become lines in `read`, records in `parse`, are checked in `validate`, reach the star schema
in `load` and the people who ask for them in `publish`. `pipeline` is the way through these rooms; the command line and
the DAGs both walk it. Nothing in here imports Airflow.
"""
