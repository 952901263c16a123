# Everything below needs only python3 and make. It works in .venv, which the first target that needs it creates.
# Another interpreter: make demo PYTHON=python3.12. A CPU-only torch: put it into .venv first (README, "Installation"); it is kept.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := train,hf,read,dev
STAMP := $(VENV)/.installed-from-pyproject
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast test-packaging test-kill lint format clean

help: ## this list
	@sed -n -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 24

install: $(STAMP) ## create .venv and install frugal with all that the tests need; a second call installs nothing

demo: $(STAMP) ## install, then train, compress, export, measure and report on 1 797 real handwritten digits
	@$(BIN)/frugal demo

test: lint ## install, lint, check the types and run the tests (all but test-packaging and test-kill)
	@$(PYTEST) -m "not packaging and not kill"

test-fast: $(STAMP) ## the tests that train nothing: under 2 minutes
	@$(PYTEST) -m "not trains and not packaging and not kill"

test-packaging: $(STAMP) ## build the wheel, install it elsewhere (downloads about 100 MB) and run it
	@$(PYTEST) -m packaging

test-kill: $(STAMP) ## slow: kill runs at random moments, resume them and compare with undisturbed ones
	@$(PYTEST) -m kill

lint: $(STAMP) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP) ## let ruff format and repair what it can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## remove .venv and everything that was built (runs/ stays)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
	find frugal configs tests export -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last: an installation that was interrupted starts again; pip keeps what is already there.
$(STAMP): pyproject.toml
	@command -v "$(PYTHON)" > /dev/null || { echo "error: $(PYTHON) is not installed; try: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "error: $(PYTHON) is $$("$(PYTHON)" --version 2>&1); allowed: Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 2; }
	@test -x $(BIN)/python || "$(PYTHON)" -c 'import ensurepip, venv' 2> /dev/null || { \
		echo "error: $(PYTHON) comes without the modules venv and ensurepip; try: apt-get install python3-venv" >&2; exit 2; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "error: $(VENV) was made with $$($(BIN)/python --version); allowed: Python 3.11 or newer; try: make clean" >&2; exit 2; }
	@echo "Installing frugal with the extras $(EXTRAS) into $(VENV), once."
	@if $(BIN)/python -c 'import torch' 2> /dev/null; then \
		echo "torch $$($(BIN)/python -c 'import torch; print(torch.__version__)') is in $(VENV) already and is kept; the rest is at most about 0.4 GB to download."; \
	else \
		echo "On Linux x86-64 torch comes with CUDA: about 2.6 GB to download, 6.3 GB on disk."; \
		echo "With a CPU-only torch it is about 0.4 GB and 1.9 GB: stop now (Ctrl-C) and see README, Installation."; \
	fi
	@quiet=--quiet; if [ -t 1 ]; then quiet=; fi; \
		$(BIN)/python -m pip install $$quiet --disable-pip-version-check -e '.[$(EXTRAS)]'
	@touch $@
	@echo "Installed. Nothing is downloaded again until pyproject.toml changes."
