# up: the panel; demo: a panel with invented people and traffic; check: minutes; test: everything; bench, soak: hours.
.PHONY: up demo check test bench soak venv venv-dev
PY := .venv/bin/python

up: venv
	@exec $(PY) manage.py up

demo: venv
	@exec $(PY) manage.py up --demo

venv:
	@sh panel/ops/deploy/bootstrap.sh requirements.txt

venv-dev:
	@sh panel/ops/deploy/bootstrap.sh requirements-dev.txt

check: venv-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports --no-cache
	$(PY) -m mypy panel accounts compliance assistants tests
	$(PY) -m djlint --lint templates
	$(PY) manage.py check --fail-level WARNING
	$(PY) -W ignore manage.py makemigrations --check --dry-run
	$(PY) -m pytest -n 2 --dist loadfile -m "not slow and not browser and not soak"

test: check
	@sh panel/ops/deploy/browser.sh
	$(PY) -m pytest -n 2 --dist loadfile -m "slow and not soak"

bench: venv-dev
	@for script in bench/[a-z]*.py; do $(PY) "$$script" || exit 1; done

soak: venv-dev
	SOAK_MINUTES=$${SOAK_MINUTES:-60} $(PY) -m pytest -m soak -s tests/soak
