"""From a provider's row to the object that speaks for it."""

from typing import Final

from assistants.providers.engine.demo import Demo
from assistants.providers.engine.openai import OpenAI
from assistants.providers.engine.upstream import Target, Upstream
from panel.outbound.guard.egress import Egress

KINDS: Final = ("demo", "openai")


def upstream(target: Target, egress: Egress) -> Upstream:
    """Raises ValueError for a kind that is none of KINDS."""
    if target.kind == "demo":
        return Demo()
    if target.kind == "openai":
        return OpenAI(target, egress)
    raise ValueError(f"unknown kind of provider: {target.kind}")
