#!/bin/sh
# Starts Airflow's API server with the administrator's password from .env. Airflow reads its logins from a JSON file,
# which it must be able to write, and makes up and logs a password for every user who is missing there.
set -eu
umask 077

export AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=admin:admin # name:role
export AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=/tmp/logins.json
python -c 'import json, os; print(json.dumps({"admin": os.environ["AIRFLOW_ADMIN_PASSWORD"]}))' \
    >"$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
unset AIRFLOW_ADMIN_PASSWORD

exec airflow api-server
