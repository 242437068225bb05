#!/bin/sh
# Starts Superset with the administrator's password from .env and the dashboards of this version. The warehouse's
# password is in PGPASSWORD, where libpq finds it.
set -eu
umask 077

superset db upgrade
superset init
superset fab create-admin --username admin --firstname Superset --lastname Admin --email admin@localhost \
    --password "$SUPERSET_ADMIN_PASSWORD"
superset fab reset-password --username admin --password "$SUPERSET_ADMIN_PASSWORD" # it may be an earlier one's
unset SUPERSET_ADMIN_PASSWORD
python import_bundle.py superset.zip admin

exec gunicorn --bind 0.0.0.0:8088 --worker-class gthread --threads 8 --timeout 120 'superset.app:create_app()'
