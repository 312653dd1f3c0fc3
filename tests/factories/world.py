"""A small world for the sweep: one object of each kind, all of them alice's or the installation's, none of them charlie's.

Names carry CANARY, so that a page shown to a stranger gives itself away.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client

from accounts.access.rules import ObjectRole
from accounts.credentials.rules.life import Kind
from accounts.credentials.services import accounts as programs
from accounts.credentials.services import keys
from accounts.grants import services as grants
from accounts.people.models import User
from assistants.catalog.models import Assistant
from assistants.catalog.rules import permits
from assistants.catalog.services import assistants, drafts
from assistants.conversations.models import Call
from assistants.conversations.rules import SOURCES
from assistants.vault import services as vault
from compliance.subjects.services import naming
from panel.kernel import actors, clock, ids, jobs
from panel.outbound import services as outbound
from panel.outbound.models import Message
from tests.architecture.sweep.verdicts import SECTION
from tests.factories.approvals import make_approval, make_deputy
from tests.factories.elevation import make_eligible, make_glass, make_request
from tests.factories.people import actor_of, make_team
from tests.factories.reviews import reviewed
from tests.factories.ruled import ruled
from tests.factories.talking import talking
from tests.factories.wider import clients_of, wider

CANARY = "Zilpzalp"
SECRET_VALUE = "sk-zilpzalp-0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass
class World:
    """`values` maps the name of a URL parameter ("guard:policy_id" for one slice) to an id that exists; `clients` has
    everybody of `verdicts.CAST` in a browser.
    """

    values: dict[str, str]
    people: dict[str, User]
    clients: dict[str, Client]


def _latest(label: str) -> UUID | int | None:
    found: UUID | int | None = apps.get_model(label)._default_manager.values_list("pk", flat=True).last()
    return found


def _call(assistant_id: UUID) -> UUID:
    at = clock.now()
    call = ids.new_id(at)
    Call.objects.create(
        day=at.date(),
        id=call,
        at=at,
        route="/v1/chat/completions",
        source=SOURCES[0],
        assistant=assistant_id,
        status=200,
    )
    return call


def _message() -> Message:
    context = {"link": f"https://{CANARY}.example.org/", "hours": 72}
    return outbound.send_mail(
        actor=actors.SYSTEM, template="invitation", to=f"{CANARY}@example.test", context=context, at=clock.now()
    )


def _key(owner: User, assistant: UUID) -> UUID:
    at = clock.now()
    issued = keys.issue(
        actor=actor_of(owner), name=f"{CANARY} key", kind=Kind.GATEWAY, scopes=["chat"], assistants=[assistant],
        expires_at=at + timedelta(days=90), at=at,
    )  # fmt: skip
    return issued.key.id


def _objects(people: dict[str, User]) -> dict[str, str]:
    console, at = actors.console(), clock.now()
    alice, bob = people["alice"], people["bob"]
    assistant = assistants.create(actor=actor_of(alice), name=f"{CANARY} desk", slug="zilpzalp-desk", at=at)
    grants.share(
        actor=console,
        permit=permits.SHARE,
        obj=assistant,
        receiver=bob,
        role=ObjectRole.VIEWER,
        reason="for the test",
        at=at,
    )
    drafts.edit(
        actor=console,
        assistant=assistant,
        provider_id=None,
        model="demo",
        policy_id=None,
        parameters={},
        system_prompt=f"You are {CANARY}.",
        revision=1,
        at=at,
    )
    secret = vault.create(actor=console, name=f"{CANARY} key", kind="api_key", value=SECRET_VALUE, at=at)
    team = make_team(f"{CANARY} team", alice)
    return {
        "assistant_id": str(assistant.id),
        "grant_id": str(_latest("catalog.AssistantUserGrant") or ids.new_id()),
        "secret_id": str(secret.id),
        "subject_id": str(naming.subject_for("email", f"{CANARY}@example.test")),
        "api_key_id": str(_key(alice, assistant.id)),
        "service_id": str(programs.add(actor=actor_of(alice), name=f"{CANARY} robot", purpose="", at=at).user_id),
        "team_id": str(team.id),
        "user_id": str(alice.id),
        "person_id": str(alice.id),
        "provider_id": str(_latest("providers.Provider") or ids.new_id()),
        "call_id": str(_call(assistant.id)),
        "entry_id": str(_latest("journal.Leaf")),
        "job_id": str(jobs.start("ops.try_jobs", actor=actor_of(alice), steps=1).id),
        "message_id": str(_message().id),
        "approval_id": str(make_approval(bob).id),
        "deputy_id": str(make_deputy(alice, bob).id),
        "eligible_id": str(make_eligible(bob).id),
        "glass_id": str(make_glass(bob).id),
        "asked_id": str(make_request(bob).id),
        "rule": "auditor_administrator",
        "number": "1",
        "kind": "provider",
        **ruled(people, assistant, CANARY),
        **reviewed(people["adam"], alice, people["pia"], f"{CANARY} review"),
        **talking(CANARY),
    }


@pytest.fixture
def world(adam: User, alice: User, bob: User, charlie: User, olga: User, pia: User) -> World:
    people = {"adam": adam, "alice": alice, "bob": bob, "charlie": charlie, "olga": olga, "pia": pia}
    values = _objects(people)
    people |= wider(Assistant.objects.get(id=values["assistant_id"]), SECTION)
    return World(values, people, clients_of(people))
