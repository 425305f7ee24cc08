# Tally, from a fresh checkout: `make demo` or `make test`. Needs Python 3.11 or newer, and make.

# The first Python here that is new enough; `make PYTHON=/path/to/python …` names another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
# Tests run side by side; more than two do not pay on a small machine.
JOBS ?= 2
# Handed out a few at a time, so that the long ones, which come last, are shared as well.
SHARED := -n $(JOBS) --maxschedchunk 4
ARGS ?=
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test check lint templates migrations ladder types format messages e2e bench pages lock clean

help:  ## list what make can do here
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.runtime  ## run the whole shop here: site, worker, simulator, seeded; Ctrl-C ends it
	@exec $(BIN)/python -m config.demo $(ARGS)

test: .venv/.dev  ## run the tests (ARGS="orders -k cancel" for some; DATABASE_URL for PostgreSQL)
	$(BIN)/python -m pytest $(SHARED) $(ARGS)

check: lint templates migrations ladder types  ## look for faults without running; `make -k check` goes on after the first

lint: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

templates: .venv/.dev
	find templates -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +

migrations: .venv/.dev
	DJANGO_SETTINGS_MODULE=config.settings_test $(BIN)/python manage.py makemigrations --check --dry-run

ladder: .venv/.dev
	$(BIN)/lint-imports --no-logo

types: .venv/.dev
	$(BIN)/mypy

format: .venv/.dev  ## put Python and templates into their usual form
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

messages: .venv/.dev  ## gather new words into config/locale, and say which wait for a translation (ARGS=fr begins French)
	$(BIN)/python -m config.messages $(ARGS)

e2e: .venv/.e2e  ## drive the shop in a real browser (CHROMIUM=/path/to/chromium if it is not on the PATH)
	@chromium="$${CHROMIUM:-$$(command -v chromium || command -v chromium-browser || command -v google-chrome)}"; \
	if ! [ -x "$$chromium" ]; then \
		echo "No browser found: install Chromium (Debian: apt install chromium), or set CHROMIUM to its path." >&2; exit 1; \
	fi; \
	CHROMIUM="$$chromium" $(BIN)/python -m pytest -m e2e config/tests/e2e -n $(JOBS) --dist loadfile $(ARGS)

bench: .venv/.dev  ## measure pages and orders
	$(BIN)/python -m config.bench $(ARGS)

pages: .venv/.e2e  ## measure how the pages of a running shop come up in a real browser (see config/bench/pages.py)
	$(BIN)/python -m config.bench.pages $(ARGS)

lock: .venv/.runtime  ## write config/requirements.lock anew: the whole closure, hashed
	$(BIN)/python -m venv --clear var/lock-venv
	var/lock-venv/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	cd config && CUSTOM_COMPILE_COMMAND="make lock" ../var/lock-venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
		--output-file=requirements.lock ../requirements.txt requirements-optional.txt
	rm -rf var/lock-venv

clean:  ## remove what make has built: .venv, caches, and the demo's data in var/
	rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps say what is installed; a requirements file newer than its stamp installs again, and so does a .venv
# whose Python has left the machine.
STALE := $(shell [ -x $(BIN)/python ] || rm -f .venv/.runtime .venv/.dev .venv/.e2e)

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Tally needs Python 3.11 or newer, and found none. Install it, or say: make PYTHON=/path/to/python3.11 …" >&2; exit 1; \
	fi
	@$(PYTHON) -m venv --clear .venv || { \
		rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment (Debian: apt install python3-venv)." >&2; exit 1; }

.venv/.runtime: requirements.txt | .venv/bin/python
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt requirements.txt | .venv/bin/python
	$(INSTALL) -r requirements-dev.txt
	@touch $@ .venv/.runtime

.venv/.e2e: config/requirements-e2e.txt requirements-dev.txt requirements.txt | .venv/bin/python
	$(INSTALL) -r config/requirements-e2e.txt
	@touch $@ .venv/.dev .venv/.runtime
