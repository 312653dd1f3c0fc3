"""A live test of a provider: its list of models, and with a model one tiny chat call. Through the egress guard."""

import json
import time
from dataclasses import dataclass, field
from typing import Any, Final

from assistants.providers.engine.demo import MODELS
from assistants.providers.engine.upstream import Target
from panel.outbound.guard.egress import Hosts, Lookup, system_lookup
from panel.outbound.guard.errors import EgressError
from panel.outbound.guard.probe import Fetched, probe

TIMEOUT: Final = 15.0  # seconds for one of its calls


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is one of rules.OUTCOMES; `models` what the provider listed; `status` its last HTTP status, 0 without one."""

    code: str
    milliseconds: int
    status: int = 0
    models: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.code == "ok"


def check(target: Target, model: str = "", *, allowed: Hosts = (), lookup: Lookup = system_lookup) -> Outcome:
    """Blocks for at most three times TIMEOUT. Nothing of the provider's answer but names of models comes out."""
    if target.kind == "demo":
        return Outcome("ok", 0, 200, list(MODELS))
    began = time.monotonic()
    try:
        code, status, models = _Caller(target, allowed, lookup).run(model)
    except EgressError as error:
        code, status, models = error.code, 0, []
    except ValueError:  # a key that cannot stand in a header
        code, status, models = "key_refused", 0, []
    return Outcome(code, round((time.monotonic() - began) * 1000), status, models)


class _Caller:
    def __init__(self, target: Target, allowed: Hosts, lookup: Lookup) -> None:
        self._target = target
        self._allowed = allowed
        self._lookup = lookup

    def run(self, model: str) -> tuple[str, int, list[str]]:
        listed = self._call("GET", "models")
        models = _names(listed)
        if listed.status == 200 and models is None:
            return "not_openai", 200, []
        if listed.status not in {200, 404, 405, 501} or not (model or models):
            return _code(listed, "not_openai"), listed.status, models or []
        if not model:
            return "ok", 200, models or []
        said = self._chat({"model": model, "max_tokens": 1})
        if said.status == 400:  # models that reason want another limit, or none
            said = self._chat({"model": model})
        ours = said.status != 200 or "choices" in (_document(said) or {})
        return (_code(said, "model_unknown") if ours else "not_openai"), said.status, models or []

    def _chat(self, asked: dict[str, Any]) -> Fetched:
        return self._call("POST", "chat/completions", {**asked, "messages": [{"role": "user", "content": "ping"}]})

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Fetched:
        headers = {"Content-Type": "application/json"} if body else {}
        if self._target.key:
            headers["Authorization"] = f"Bearer {self._target.key}"
        url = f"{self._target.base_url.rstrip('/')}/{path}"
        data = json.dumps(body).encode() if body else None
        return probe(
            method, url, headers=headers, body=data, allowed=self._allowed, timeout=TIMEOUT, lookup=self._lookup
        )


def _code(fetched: Fetched, missing: str) -> str:
    status = fetched.status
    if status == 200:
        return "ok"
    if 300 <= status < 400:
        return "redirect"
    return {401: "key_refused", 403: "key_refused", 404: missing, 429: "too_many"}.get(status, "provider_error")


def _document(fetched: Fetched) -> dict[str, Any] | None:
    try:
        found = json.loads(fetched.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _names(fetched: Fetched) -> list[str] | None:
    """Names of a list of models; None when the answer is no such list."""
    data = (_document(fetched) or {}).get("data")
    if fetched.status != 200 or not isinstance(data, list):
        return None
    return [
        one["id"] for one in data if isinstance(one, dict) and isinstance(one.get("id"), str) and len(one["id"]) <= 120
    ]
