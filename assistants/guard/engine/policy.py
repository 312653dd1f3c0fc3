"""A guard policy as the hot path uses it: immutable, made once per snapshot from its JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from assistants.guard.engine.verdicts import Action
from assistants.guard.rules import presets as rules


@dataclass(frozen=True, slots=True)
class Stage:
    """How one stage behaves. `rules` overrides the mode of single rules; `words` is the leak stage's run length."""

    mode: str = "off"
    threshold: float = 0.8
    words: int = 12
    rules: Mapping[str, str] = field(default_factory=dict)

    @property
    def on(self) -> bool:
        return self.mode != "off"

    def action(self, rule: str) -> Action:
        """What happens when `rule` fires here: `allow` means that it is switched off."""
        mode = self.rules.get(rule, self.mode)
        return "allow" if mode == "off" else mode  # type: ignore[return-value]


OFF = Stage()


@dataclass(frozen=True, slots=True)
class Policy:
    """A named policy; `version` is the content hash (rules.content_hash) that a call's record names."""

    name: str
    version: str
    limits: Mapping[str, int]
    stages: Mapping[str, Stage]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """From the stored JSON. Raises ValueError with every fault in words; unnamed stages are off."""
        if found := rules.faults(document):
            raise ValueError(" ".join(found))
        stages = {name: Stage(**values) for name, values in document.get("stages", {}).items()}
        return cls(
            name=str(document.get("name", "")),
            version=rules.content_hash(document),
            limits={**rules.LIMITS, **document.get("limits", {})},
            stages=stages,
        )

    @classmethod
    def preset(cls, name: str = rules.DEFAULT_PRESET) -> Self:
        """A built-in policy: open, balanced or strict. Raises KeyError for another name."""
        return cls.from_json(rules.PRESETS[name])

    def tightened(self, overrides: Mapping[str, Mapping[str, Any]]) -> "Policy":
        """This policy with an assistant's overrides; its version is the hash of what then holds."""
        if not overrides:
            return self
        stages = {name: {"mode": one.mode, "threshold": one.threshold} for name, one in self.stages.items()}
        merged = rules.tightened({"name": self.name, "limits": dict(self.limits), "stages": stages}, overrides)
        new = {
            name: replace(self.stage(name), mode=values["mode"], threshold=values.get("threshold", 0.8))
            for name, values in merged["stages"].items()
        }
        version = rules.content_hash({"policy": self.version, "tighter": {k: dict(v) for k, v in overrides.items()}})
        return replace(self, stages=new, version=version)

    def stage(self, name: str) -> Stage:
        return self.stages.get(name, OFF)
