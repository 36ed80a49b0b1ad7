# sudoagent: `make demo` shows it, `make test` proves it. Both need Python 3.11 or newer, pip and make.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
BIN = $(VENV)/bin
WORKERS ?= auto
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo playground test check docs-check chaos bench redaction-report screenshots format clean

help: ## Say what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runs ## A guarded agent, a local Slack and a bot on this machine: approve a refund in the browser
	@$(BIN)/sudoagent demo

playground: $(VENV)/.runs ## The local Slack alone
	@$(BIN)/sudoagent playground

test: $(VENV)/.develops ## Everything it needs, then all tests with branch coverage
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term --cov-fail-under=95

check: $(VENV)/.develops docs-check ## Style, types, the import contract, and the blocks of the documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests/typing
	$(BIN)/lint-imports

docs-check: $(VENV)/.develops
	$(BIN)/python -m pytest -q -p no:cacheprovider README.md docs

chaos: $(VENV)/.develops ## The long fault runs: kills, cuts, full disks, two thousand races (a quarter of an hour)
	SUDOAGENT_CHAOS_ROUNDS=$${SUDOAGENT_CHAOS_ROUNDS:-200} $(BIN)/python -m pytest -n0 -m chaos --timeout 3600 -s

bench: $(VENV)/.develops ## Measure, beside the raw floor of this machine
	@for b in guard review bot_clicks bot_backlog; do echo "== $$b"; $(BIN)/python benchmarks/$$b.py; done

redaction-report: $(VENV)/.develops ## Recall and precision of redaction on its labelled corpus
	@$(BIN)/python benchmarks/redaction_report.py

screenshots: $(VENV)/.develops ## Remake the pictures of the documentation from the playground
	$(BIN)/python scripts/screenshots.py
	@shots=$$(mktemp -d) && SUDOAGENT_SCREENSHOTS=$$shots $(BIN)/python -m pytest -q -n0 tests/browser && \
	for picture in edit number allow-for-a-while home-decided; do cp $$shots/$$picture.png docs/images/; done

format: $(VENV)/.develops ## Lay the code out
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove what was built
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*

$(VENV)/.exists:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found. Name one: make PYTHON=/path/to/python3"; exit 1; }
	@# Without ensurepip, which some distributions leave out; the pip that is there serves the new environment.
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --disable-pip-version-check --quiet --python $(BIN)/python install --upgrade "pip>=25.1"
	@touch $@

$(VENV)/.runs: pyproject.toml | $(VENV)/.exists
	@echo "Installing sudoagent into $(VENV) ..."
	@$(PIP) install --editable '.[local]'
	@touch $@

$(VENV)/.develops: pyproject.toml | $(VENV)/.exists
	@echo "Installing sudoagent and what its tests need into $(VENV) ..."
	@$(PIP) install --editable '.[local,sign]' --group dev
	@touch $@ $(VENV)/.runs
