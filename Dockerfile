# One image for every part of Airflow and for the `etl` command; docker-compose.yaml says which of them a container is.
FROM python:3.12-slim-bookworm AS packages
WORKDIR /opt/venv
RUN python -m venv .
COPY requirements.lock requirements-celery.lock requirements-kubernetes.lock ./
# Another of these, where tasks run on other machines: docs/scale.md.
ARG LOCK=requirements.lock
# Wheels only: nothing is compiled, so nothing but what the hashes name takes part.
RUN bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes --requirement "$LOCK"

# Superset, for `--profile bi`: with packages and a Python of its own, and the dashboards as a bundle.
FROM packages AS bundle
WORKDIR /opt/reporting
COPY . .
RUN /opt/venv/bin/python -m deploy.superset /opt/superset.zip \
    --database postgresql+psycopg2://superset@postgres:5432/reporting

FROM python:3.11-slim-bookworm AS superset
WORKDIR /opt/venv
RUN python -m venv .
COPY requirements-superset.lock .
# Of two there is no wheel; they are Python alone.
RUN bin/pip install --no-cache-dir --no-deps --only-binary :all: --no-binary odfpy,wtforms-json --require-hashes \
    --requirement requirements-superset.lock
RUN groupadd --gid 50000 superset \
    && useradd --uid 50000 --gid superset --key HOME_MODE=0700 --create-home --home-dir /var/lib/superset superset
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SUPERSET_HOME=/var/lib/superset \
    SUPERSET_CONFIG_PATH=/opt/superset/superset_config.py
WORKDIR /opt/superset
COPY --chown=50000:50000 --from=bundle /opt/superset.zip .
COPY --chmod=0644 dashboards/superset/import_bundle.py deploy/docker/superset.sh deploy/docker/superset_config.py ./
USER 50000:50000

FROM python:3.12-slim-bookworm
# Scans are read by Tesseract; without it they are held back.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-tha \
    && rm -rf /var/lib/apt/lists/*
# The user owns all state and none of the code. Personal data lies in its home, so that is closed to everyone else.
RUN groupadd --gid 50000 etl \
    && useradd --uid 50000 --gid etl --key HOME_MODE=0700 --create-home --home-dir /var/lib/reporting etl
COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ETL_HOME=/var/lib/reporting \
    AIRFLOW_HOME=/var/lib/reporting/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/reporting/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/reporting/plugins \
    AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS=0o700 \
    AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS=0o600
WORKDIR /opt/reporting
COPY . .
# A strict umask where this was checked out must not close the code to the user. Editable, because suites, SQL and
# samples are read from beside the code.
RUN chmod -R a+rX . \
    && pip install --no-cache-dir --no-deps --no-build-isolation --editable .
USER 50000:50000
# What is written is for the user alone, whoever reaches the volume from outside.
ENTRYPOINT ["sh", "-c", "umask 077 && exec \"$0\" \"$@\""]
