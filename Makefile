.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv/bin
BOT := bot/.venv/bin
export PYTHONPATH := $(CURDIR)
export RASA_TELEMETRY_ENABLED := false

.PHONY: help setup run train check lint types test test-root test-bot test-web bench doctor clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup:  ## install both environments and build the pages
	@$(PYTHON) launcher/bootstrap.py

run: setup  ## install, train what is stale, start everything, print the addresses (settings: MINSHENG_*)
	@exec $(VENV)/python -m launcher.run $(ARGS)

train: setup  ## train the Rasa model and the order classifier if their data changed
	@$(VENV)/python -m launcher.prepare --only-models

doctor: setup  ## check every component, say what is missing and how to get it
	@$(VENV)/minsheng doctor

lint: setup  ## ruff: style and format
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .

types: setup  ## mypy
	@$(VENV)/mypy

check: lint types  ## lint and types

test: check train  ## everything CI runs: lint, types, all tests
	@$(VENV)/python -m launcher.debian chromium fonts redis postgres language-model nginx haproxy
	@$(MAKE) --no-print-directory test-web test-bot test-root

test-web:  ## types and unit tests of the pages
	@$(PYTHON) launcher/bootstrap.py --test-web

test-bot:  ## tests of the Rasa components (Python 3.10)
	@$(BOT)/python -m pytest -c tests/bot/pytest.ini tests/bot $(ARGS)

test-root:  ## all other tests (Python 3.11)
	@$(VENV)/python -m pytest $(ARGS)

bench: setup train  ## benchmarks: understanding, text, handoff, calls; each prints a table
	@$(VENV)/python bench/understanding.py
	@$(VENV)/python -m bench.reading
	@$(VENV)/python bench/text.py
	@$(VENV)/python bench/handoff.py
	@$(VENV)/python -m bench.voice --only calls

clean:  ## remove environments, builds and trained models (var/ with your data stays)
	rm -rf .venv bot/.venv .tools models web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache
