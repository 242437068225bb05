# `make help` lists what there is. Every target sets up what it needs.

.DEFAULT_GOAL := help
.PHONY: help setup demo up down test test-repeat test-dashboards test-celery superset hunt fuzz chaos audit bench dictionary lint format lock

BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE  # tests start Python a hundred times: once it is compiled, it need not be again

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/runtime  ## make .venv from the lock file, ready to use

demo: .venv/runtime  ## run the job through Airflow on a real form and an invented city, and show the report (SAMPLE=1: the form alone)
	@SAMPLE=$(filter-out 0,$(SAMPLE)) $(BIN)/python -m deploy.local_airflow demo

up: .venv/runtime  ## start Airflow and its pages on the embedded PostgreSQL
	@$(BIN)/python -m deploy.local_airflow up

down: .venv/runtime  ## stop Airflow and the embedded PostgreSQL
	@$(BIN)/python -m deploy.local_airflow down

test: .venv/dev  ## run all tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-repeat: .venv/dev  ## run all tests N times (20), every second time on busy cores; keep what failed
	@$(BIN)/python -m tests.repeat $(N)

test-dashboards: .venv/dev .venv-superset/ready  ## open the Superset dashboards in a browser; numbers must equal SQL
	$(BIN)/python -m pytest tests/superset/dashboards.py

test-celery: .venv-celery/ready  ## load two years with Celery workers, one of which is killed in mid-task (needs redis-server)
	.venv-celery/bin/python -m pytest tests/cluster/celery.py

superset: .venv/runtime  ## pack the Superset dashboards into a bundle without a password: docs/superset.md
	@$(BIN)/python -m deploy.superset

hunt: .venv/dev  ## deliver documents in N (20000) random orders; each must give the same warehouse
	ANY_ORDER_EXAMPLES=$(or $(N),20000) $(BIN)/python -m pytest tests/load/test_any_order.py

fuzz: .venv/dev  ## damage sound exports in 100,000 ways; whatever crashes, hangs or is read wrong in silence is kept
	@$(BIN)/python -m tests.fuzz

chaos: .venv/dev  ## ten minutes of kills, full disks, damage, crowds and clock steps, then one run that must put it right
	@$(BIN)/python -m tests.chaos

audit: .venv/dev .venv-audit/tools  ## check licences and known vulnerabilities of all packages, and write an SBOM
	@$(BIN)/python -m deploy.audit

bench: .venv/dev .venv-bench/peers  ## measure accuracy and speed beside peers, and write bench/RESULTS.md
	@$(BIN)/python -m bench

dictionary: .venv/runtime  ## write the data dictionary and the data contract of mart into docs/
	@$(BIN)/etl warehouse dictionary

lint: .venv/dev  ## check style, types and SQL
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --nocolor sql

format: .venv/dev  ## put code and SQL into the house's style
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format
	$(BIN)/sqlfluff fix --nocolor sql

lock:  ## resolve the lock files anew (needs uv)
	uv pip compile pyproject.toml $(LOCK) -o requirements.lock
	uv pip compile pyproject.toml --extra dev -c requirements.lock $(LOCK) -o requirements-dev.lock
	uv pip compile pyproject.toml --extra celery -c requirements-dev.lock $(LOCK) -o requirements-celery.lock
	uv pip compile pyproject.toml --extra kubernetes -c requirements-dev.lock $(LOCK) -o requirements-kubernetes.lock
	uv pip compile --group bench -c requirements-dev.lock $(LOCK) -o requirements-bench.lock
	uv pip compile --group superset $(LOCK) -o requirements-superset.lock
	uv pip compile --group audit -c requirements-dev.lock $(LOCK) -o requirements-audit.lock

LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links --quiet

.venv/runtime: requirements.lock pyproject.toml
	@sh deploy/make_venv.sh .venv requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/runtime requirements-dev.lock
	@sh deploy/make_venv.sh .venv requirements-dev.lock
	@touch $@

.venv-bench/peers: requirements-bench.lock
	@sh deploy/make_venv.sh .venv-bench requirements-bench.lock
	@touch $@

.venv-superset/ready: requirements-superset.lock
	@PYTHON=python3.11 sh deploy/make_venv.sh .venv-superset requirements-superset.lock
	@touch $@

.venv-celery/ready: requirements-dev.lock requirements-celery.lock
	@sh deploy/make_venv.sh .venv-celery requirements-dev.lock
	@sh deploy/make_venv.sh .venv-celery requirements-celery.lock
	@.venv-celery/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv-audit/tools: requirements-audit.lock
	@sh deploy/make_venv.sh .venv-audit requirements-audit.lock
	@touch $@
