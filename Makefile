# The same commands on a developer's machine and in CI (.ci/run).
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check format install tesseract opinions clean

demo: install tesseract  ## clean sample_data/ into demo-out/
	scripts/demo.sh

test: install tesseract opinions  ## every test
	$(BIN)/python -m pytest -n auto --dist loadfile -q

check: test  ## formatting, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: install  ## what check asks of formatting
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: .venv/.installed  ## pixelclean and its tools in .venv

tesseract:  ## Tesseract on this machine, or what to do about it
	@scripts/tesseract.sh

opinions:  ## programs that tests compare results with, where they can be had
	@scripts/second_opinions.sh

clean:  ## everything that make made
	rm -rf .venv build dist demo-out demo-out-private .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Missing: Python 3.11 or newer; name it with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Missing: Python's venv module (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
