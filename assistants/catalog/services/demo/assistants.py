"""The assistants of `make demo`: live, stopped, archived and draft, with versions, tests, owners and teams.

Runs on a demo database only, which the command has checked.
"""

from datetime import timedelta
from uuid import UUID

from assistants.catalog.models import Assistant
from assistants.catalog.queries import versions
from assistants.catalog.services import assistants, drafts, grants, pinned, publishing, switch
from assistants.catalog.services.demo import texts
from assistants.guard import queries as guard
from assistants.providers import queries as providers
from panel.kernel import actors, clock
from panel.kernel.registries import demo

CONSOLE = actors.console()
REASON = "Answers for it together with the owner"
SECOND = 1 / 86_400


def build(world: demo.World) -> None:
    # In the order of the story, so that ids, journal and lists agree on it.
    for text in sorted(texts.ASSISTANTS, key=_begun, reverse=True):
        _make(world, text)
    for text in texts.ASSISTANTS:
        _end(world, text)


def _begun(text: texts.Text) -> float:
    return text.versions[0][2] if text.versions else 3.0


def _make(world: demo.World, text: texts.Text) -> None:
    begun = _begun(text)
    with demo.past(world.ago(begun)):
        assistant = assistants.create(
            actor=world.actor(text.owner),
            name=text.name,
            slug=text.slug,
            description=text.description,
            team_id=world.objects["team", text.team],
            at=clock.now(),
        )
        world.objects["assistant", text.slug] = assistant.id
        _share(world, assistant, text)
    for prompt, message, days in text.versions:
        with demo.past(world.ago(days) + timedelta(minutes=9)):
            _write(world, text, assistant, prompt)
            if days == begun:
                _pin(world, text, assistant)
            publishing.publish(actor=world.actor(text.owner), assistant=assistant, message=message, at=clock.now())
    if text.draft:
        with demo.past(world.ago(min(begun, 1.2))):
            _write(world, text, assistant, text.draft)


def _write(world: demo.World, text: texts.Text, assistant: Assistant, prompt: str) -> None:
    drafts.edit(
        actor=world.actor(text.owner),
        assistant=assistant,
        system_prompt=prompt,
        provider_id=_provider(),
        model="demo",
        policy_id=_policy(text.policy),
        parameters={"temperature": 0.2},
        revision=versions.draft_of(assistant).revision,
        at=clock.now(),
    )


def _pin(world: demo.World, text: texts.Text, assistant: Assistant) -> None:
    for title, message, expected, stage in texts.CASES.get(text.slug, ()):
        pinned.keep_case(
            actor=world.actor(text.owner),
            assistant=assistant,
            title=title,
            messages=[{"role": "user", "content": message}],
            expected=expected,
            stage=stage,
            at=clock.now(),
        )


def _share(world: demo.World, assistant: Assistant, text: texts.Text) -> None:
    """The developer reads along, and the team may look."""
    receivers = [("user", world.people["Tomás Ibarra"], "viewer", "Builds the application that calls it")]
    if text.owner != "Maren Vogt":
        receivers.append(("user", world.people["Maren Vogt"], "editor", REASON))
    receivers.append(("team", world.objects["team", text.team], "viewer", "Its team"))
    for kind, receiver, role, reason in receivers:
        grants.share(
            actor=CONSOLE,
            assistant=assistant,
            receiver=(kind, str(receiver)),
            role=role,
            reason=reason,
            at=clock.now(),
        )


def _end(world: demo.World, text: texts.Text) -> None:
    assistant = Assistant.objects.get(slug=text.slug)
    if text.stopped:
        who, why, days = text.stopped
        with demo.past(world.ago(days)):
            switch.pause(actor=world.actor(who), assistant=assistant, reason=why, at=clock.now())
    if text.archived:
        with demo.past(world.ago(text.archived)):
            why = "The agency writes it now."
            assistants.archive(actor=world.actor(text.owner), assistant=assistant, reason=why, at=clock.now())


def _provider() -> UUID:
    found = providers.demo()
    if found is None:
        raise RuntimeError("The demo provider is missing: run manage.py migrate.")
    return found.id


def _policy(name: str) -> UUID:
    return next((one for one, title in guard.choices() if title == name), guard.default().id)
