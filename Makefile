# 妇女维权站管理平台. `make run` and `make test` need nothing but Debian, Python ≥ 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test audit lint deps bench drill screenshots papers lock clean

run: .venv/ready
	@exec $(BIN)/python run.py

test: .venv/ready deps lint
	$(BIN)/python -m pytest -n 3 --dist worksteal

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

deps: .venv/ready
	@sh .ci/deps

audit: .venv/ready deps lint
	TEST_AUDIT=1 $(BIN)/python -m pytest -n 3 --dist worksteal

drill: .venv/ready deps
	@$(BIN)/python -m tests.drill.run

bench: .venv/ready
	@$(BIN)/python -m tests.bench.run

screenshots: .venv/ready deps
	@$(BIN)/python -m tests.screenshots

papers: .venv/ready deps
	@sh .ci/office
	@$(BIN)/python -m tests.papers

lock: .venv/ready
	$(BIN)/pip install --quiet pip-tools==7.6.2
	$(BIN)/pip-compile --quiet --generate-hashes --extra dev --strip-extras --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml

.venv/ready: requirements.lock
	@sh .ci/venv $(PYTHON)
	@touch $@

clean:
	rm -rf .venv var
