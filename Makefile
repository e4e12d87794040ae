# make demo: everything set up and the main job run once; make test: everything set up and the tests run.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-all test-reliability lint docs
demo: .venv/.installed
	$(BIN)/python train.py model=cin styles=six experiment=smoke out=outputs/demo/train overwrite=true
	$(BIN)/python infer.py content=docs/photo.jpg out=outputs/demo/pictures
	@echo "A few training steps: outputs/demo/train/samples. Six pictures by the bundled network: outputs/demo/pictures/photo_sheet.png"

test: .venv/.installed-test
	$(BIN)/python -m pytest

test-all: .venv/.installed-test
	$(BIN)/python -m pytest -m "not reliability"
	$(BIN)/python -m pytest --shuffle

test-reliability: .venv/.installed-test
	$(BIN)/python -m pytest -m reliability tests/reliability

lint: .venv/.installed-lint
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile

docs: .venv/.installed
	$(BIN)/python scripts/make_pages.py

.venv/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.installed-test: .venv/.installed
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

.venv/.installed-lint: .venv/.installed-test
	$(BIN)/python -m pip install --quiet --editable ".[lint]"
	touch $@
