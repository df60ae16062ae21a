# `make demo` and `make test` work on a fresh clone, in either order; the rest is for those who change Licet.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= $(shell command -v python3.11 || command -v python3)
LOCKS := requirements/uv.txt requirements/dev.txt pyproject.toml
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
UV := VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --system-certs --compile-bytecode
INSTALL := --require-hashes -r requirements/dev.txt
PYTEST := $(BIN)/python -m pytest -q

.PHONY: demo demo-onprem test check nightly bench format lock clean help

help: ## say what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(READY) ## watch a switch live through more than a year of smart licensing
	$(BIN)/licet lab run docs/tutorials/first-year.lab

demo-onprem: $(READY) ## watch an on-prem and its manager that exchange nothing but files
	$(BIN)/licet lab run docs/tutorials/manual-on-prem.lab

test: $(READY) ## install the Debian packages that tests want, where this user may, and run the tests
	bash requirements/debian.sh
	$(PYTEST) -n 2

check: $(READY) ## everything that CI runs: format, lint, types, direction, tidy, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

nightly: $(READY) ## the long proofs, and the figures
	bash requirements/debian.sh
	$(PYTEST) -n 2 -m nightly --timeout 3600
	$(MAKE) bench

bench: $(READY) ## the figures of docs/performance.md, each beside what it is compared with
	for file in bench/*.py; do $(BIN)/python $$file || exit 1; done

format: $(READY) ## format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY) ## write the locked requirements anew
	cd requirements && for name in uv dev; do ../$(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --upgrade $$name.in -o $$name.txt; done

clean: ## remove everything that was made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): $(LOCKS)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install the Debian package python3." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: install the Debian package python3-venv." >&2; exit 1; }
	@# One that was interrupted has a python and no pip.
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@# uv is quick; where it cannot be had, or fails, pip installs the same lock.
	{ $(PIP) --require-hashes -r requirements/uv.txt && $(UV) $(INSTALL); } || $(PIP) $(INSTALL)
	$(PIP) --no-deps --no-index --no-build-isolation -e .
	touch $(READY)
