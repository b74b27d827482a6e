# Everything one does with a checkout; `make run` and `make test` need nothing but Python 3.11 or newer.
VENV := .venv
BENCH_VENV := .venv-bench
PYTEST_ARGS ?= -q -n 2

.PHONY: help setup run test lint coverage soak bench pictures icons package bundle clean

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

setup: ## make .venv with the pinned packages, and on Debian the libraries that Qt needs
	@.ci/setup $(VENV)

run: setup ## open the window (FILE=… opens an experiment); without a display take its picture into out/
	@.ci/start $(FILE)

test: ## set up, then run all tests
	@.ci/setup $(VENV) test
	@QT_QPA_PLATFORM=offscreen $(VENV)/bin/python -m pytest $(PYTEST_ARGS)

lint: ## style, types and the direction of imports
	@.ci/setup $(VENV) lint
	@$(VENV)/bin/python -m ruff check --quiet --output-format concise .
	@$(VENV)/bin/python -m ruff format --check --quiet .
	@$(VENV)/bin/python -m mypy --no-error-summary
	@$(VENV)/bin/lint-imports --no-cache >/dev/null || $(VENV)/bin/lint-imports --no-cache

coverage: ## how much of engine and laboratory their tests run, by branch; fails below 90 %
	@.ci/setup $(VENV) lint
	@rm -f .coverage .coverage.*
	@QT_QPA_PLATFORM=offscreen $(VENV)/bin/python -m coverage run -m pytest -q tests/engine tests/lab tests/experiments tests/parity tests/interface
	@$(VENV)/bin/python -m coverage combine -q
	@$(VENV)/bin/python -m coverage report

soak: ## give INPUTS=100000 changed files of each kind, kill KILLS=75 times, use the window at random (ACTIONS=2000 with each of SEEDS=10)
	@.ci/setup $(VENV) test
	@$(VENV)/bin/python -m tests.soak.input --count $(or $(INPUTS),100000)
	@$(VENV)/bin/python -m tests.soak.number.divergence
	@$(VENV)/bin/python -m tests.soak.number.same
	@$(VENV)/bin/python -m tests.soak.fault.full
	@$(VENV)/bin/python -m tests.soak.fault.killed $(or $(KILLS),75)
	@QT_QPA_PLATFORM=offscreen $(VENV)/bin/python -m tests.soak.cycles $(or $(CYCLES),5000)
	@QT_QPA_PLATFORM=offscreen $(VENV)/bin/python -m tests.soak.monkey --actions $(or $(ACTIONS),2000) --seeds $(or $(SEEDS),10)

bench: ## measure this program beside its peers, in an environment of its own; writes docs/benchmarks.md
	@.ci/setup $(BENCH_VENV) bench
	@$(BENCH_VENV)/bin/python -m benchmarks

pictures: ## draw the README's pictures anew, into docs/pictures
	@.ci/setup $(VENV) test
	@$(VENV)/bin/python main.py film iris --out docs/pictures/iris.gif --seconds 5 --fps 10 --size 640x400px
	@rm -rf out/pictures && $(VENV)/bin/python main.py snapshot iris --out out/pictures >/dev/null
	@cp out/pictures/window.png docs/pictures/window.png

icons: ## render the program's icon in all sizes from its SVG
	@.ci/setup $(VENV) test
	@QT_QPA_PLATFORM=offscreen $(VENV)/bin/python .ci/icons.py

package: ## build the wheel and the source package into dist/
	@.ci/setup $(VENV) test
	@$(VENV)/bin/python -m build --no-isolation --outdir dist . >/dev/null

bundle: package ## build a bundle that needs no Python into dist/bundle, and try it out
	@python3 -m venv --clear dist/environment
	@dist/environment/bin/python -m pip --disable-pip-version-check -qq install -c constraints.txt "$$(ls -t dist/*.whl | head -n 1)[bundle]"
	@.ci/bundle dist/environment/bin/python dist/bundle

clean: ## remove what builds, tests and runs left behind (.venv stays)
	@rm -rf build dist out .cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
