.PHONY: up demo check test bench soak
PY := .venv/bin/python
