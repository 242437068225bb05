"""Ways to run Airflow: on this machine alone (`python -m deploy.local_airflow`) and in containers (`docker/`)."""
