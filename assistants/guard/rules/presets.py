"""Stages, modes and the three built-in policies. A policy is JSON; its version is the hash of that JSON."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

INPUT_STAGES: Final = ("size", "unicode", "secrets", "injection", "pii")
OUTPUT_STAGES: Final = ("output_secrets", "output_pii", "output_leak", "output_links", "restore")
STAGES: Final = (*INPUT_STAGES, "provider", *OUTPUT_STAGES)
MODES: Final = ("off", "observe", "redact", "block")
ACTIONS: Final = ("allow", "observe", "redact", "block")

# Stages in which "redact" has a meaning; elsewhere it is refused when a policy is saved.
REDACTABLE: Final = frozenset({"unicode", "secrets", "pii", "output_secrets", "output_pii", "output_links"})

# Sizes: bytes of the JSON body, characters of all texts, numbers of messages, levels, and members of any one container.
LIMITS: Final[Mapping[str, int]] = {
    "body_bytes": 8_000_000,
    "text_chars": 1_000_000,
    "messages": 2_000,
    "depth": 64,
    "items": 20_000,
}


def _policy(name: str, stages: Mapping[str, Mapping[str, Any]], **limits: int) -> dict[str, Any]:
    return {"name": name, "limits": {**LIMITS, **limits}, "stages": {key: dict(value) for key, value in stages.items()}}


OPEN: Final = _policy(
    "Open",
    {
        "size": {"mode": "block"},
        "unicode": {"mode": "observe"},
        "secrets": {"mode": "observe"},
        "injection": {"mode": "observe", "threshold": 0.8},
        "pii": {"mode": "observe"},
        "output_secrets": {"mode": "observe"},
        "output_pii": {"mode": "observe"},
        "output_leak": {"mode": "observe", "words": 12},
        "output_links": {"mode": "observe"},
    },
)
BALANCED: Final = _policy(
    "Balanced",
    {
        "size": {"mode": "block"},
        "unicode": {"mode": "redact"},
        "secrets": {"mode": "redact"},
        "injection": {"mode": "block", "threshold": 0.8},
        "pii": {"mode": "redact"},
        "output_secrets": {"mode": "redact"},
        "output_pii": {"mode": "redact"},
        "output_leak": {"mode": "block", "words": 12},
        "output_links": {"mode": "redact"},
    },
)
STRICT: Final = _policy(
    "Strict",
    {
        "size": {"mode": "block"},
        "unicode": {"mode": "block"},
        "secrets": {"mode": "block"},
        "injection": {"mode": "block", "threshold": 0.6},
        "pii": {"mode": "redact"},
        "output_secrets": {"mode": "block"},
        "output_pii": {"mode": "redact"},
        "output_leak": {"mode": "block", "words": 8},
        "output_links": {"mode": "redact"},
    },
    body_bytes=2_000_000,
    text_chars=250_000,
    messages=500,
)
PRESETS: Final[Mapping[str, dict[str, Any]]] = {"open": OPEN, "balanced": BALANCED, "strict": STRICT}
DEFAULT_PRESET: Final = "balanced"


def content_hash(document: Mapping[str, Any]) -> str:
    """The version of a policy: sha256 (hex) over its canonical JSON, the name left out."""
    body = {key: value for key, value in document.items() if key != "name"}
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def faults(document: Mapping[str, Any]) -> list[str]:
    """What is wrong with a policy document, as sentences; empty when it can be used."""
    found = []
    for name, stage in document.get("stages", {}).items():
        mode = stage.get("mode")
        if name not in STAGES:
            found.append(f"There is no stage {name!r}.")
        elif mode not in MODES:
            found.append(f"{name}: the mode must be one of {', '.join(MODES)}.")
        elif mode == "redact" and name not in REDACTABLE:
            found.append(f"{name}: nothing can be redacted in this stage.")
        if not 0 < float(stage.get("threshold", 0.8)) <= 1:
            found.append(f"{name}: the threshold must lie above 0 and not above 1.")
    for name, limit in document.get("limits", {}).items():
        if name not in LIMITS or not isinstance(limit, int) or limit < 1:
            found.append(f"{name}: a limit must be a known name and a whole number from 1.")
    return found


def weaker(document: Mapping[str, Any], overrides: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The stages in which an override is no tightening: unknown, weaker than the policy, or not usable at all."""
    stages = document.get("stages", {})
    found = []
    for name, override in overrides.items():
        mode, score = override.get("mode"), override.get("threshold", 1)
        own = stages.get(name, {}).get("mode", "off")
        usable = mode in MODES and name in STAGES and (mode != "redact" or name in REDACTABLE)
        if not usable or MODES.index(str(mode)) < MODES.index(own) or not 0 < score <= 1:
            found.append(name)
    return found


def tightened(document: Mapping[str, Any], overrides: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The policy with an assistant's overrides: of two modes the stricter, of two thresholds the lower.

    An override can never loosen: when the policy became stricter later, the policy wins.
    """
    stages = {name: dict(stage) for name, stage in document.get("stages", {}).items()}
    for name, override in overrides.items():
        if weaker({"stages": {}}, {name: override}):
            continue
        stage = stages.setdefault(name, {"mode": "off"})
        stage["mode"] = max(stage.get("mode", "off"), override["mode"], key=MODES.index)
        if "threshold" in override:
            stage["threshold"] = min(stage.get("threshold", 0.8), override["threshold"])
    return {**document, "stages": stages}
