"""An assistant for tests, as far along as a test needs it."""

import uuid
from typing import Any

from assistants.catalog.models import Assistant, Draft, Publication
from assistants.catalog.services import assistants, drafts, publishing
from panel.kernel import actors, clock
from panel.kernel.actors import Actor

PROVIDER = uuid.UUID(int=1)
POLICY = uuid.UUID(int=2)
CONSOLE = actors.console()


def new(slug: str = "it-desk", *, actor: Actor = CONSOLE) -> Assistant:
    return assistants.create(actor=actor, name=slug.title(), slug=slug, at=clock.now())


def write(assistant: Assistant, prompt: str, *, actor: Actor = CONSOLE, **more: Any) -> Draft:
    """Save the draft as it is but with this prompt, and what else is named."""
    draft = Draft.objects.get(assistant=assistant)
    given = {
        "provider_id": PROVIDER,
        "model": "demo-1",
        "policy_id": POLICY,
        "parameters": {"temperature": 0.2},
        "revision": draft.revision,
        **more,
    }
    return drafts.edit(actor=actor, assistant=assistant, system_prompt=prompt, at=clock.now(), **given)


def publish(assistant: Assistant, prompt: str, *, actor: Actor = CONSOLE, **more: Any) -> Publication:
    write(assistant, prompt, **more)
    return publishing.publish(actor=actor, assistant=assistant, message=f"Says {prompt}", at=clock.now())


def live(slug: str = "it-desk") -> Assistant:
    assistant = new(slug)
    publish(assistant, "Help with computers.")
    assistant.refresh_from_db()
    return assistant
