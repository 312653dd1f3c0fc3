"""An assistant for tests, as far along as a test needs it."""

from typing import Any
from uuid import UUID

from accounts.people.models import User
from assistants.catalog.models import Assistant, Draft, Publication
from assistants.catalog.services import assistants, drafts, grants, publishing
from assistants.guard import queries as guard
from assistants.providers import queries as providers
from panel.kernel import actors, clock
from panel.kernel.actors import Actor

CONSOLE = actors.console()


def provider() -> UUID:
    """The demo provider, there from the first migration."""
    found = providers.demo()
    assert found is not None
    return found.id


def policy() -> UUID:
    """Balanced, there from the first migration."""
    return guard.default().id


def new(slug: str = "it-desk", *, actor: Actor = CONSOLE) -> Assistant:
    return assistants.create(actor=actor, name=slug.title(), slug=slug, at=clock.now())


def write(assistant: Assistant, prompt: str, *, actor: Actor = CONSOLE, **more: Any) -> Draft:
    """Save the draft as it is but with this prompt, and what else is named."""
    draft = Draft.objects.get(assistant=assistant)
    given = {
        "provider_id": provider(),
        "model": "demo",
        "policy_id": policy(),
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


def share(assistant: Assistant, user: User, role: str = "viewer") -> None:
    """Give somebody a role on an assistant."""
    receiver = ("user", str(user.id))
    grants.share(actor=CONSOLE, assistant=assistant, receiver=receiver, role=role, reason="test", at=clock.now())
