"""Who may try an assistant, and what a try leaves behind."""

from datetime import timedelta

import pytest

from accounts.access.rules import ObjectRole
from accounts.people.models import User
from assistants.catalog.models import Assistant, AssistantVersion
from assistants.catalog.services import grants, switch
from assistants.conversations import queries
from assistants.conversations.models import Call
from assistants.gateway import services
from assistants.gateway.models import Trial
from panel.journal.models import Leaf
from panel.kernel import actors, clock, ids, tickets
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Forbidden, Invalid
from tests.assistants.catalog import stage
from tests.assistants.gateway.test_ingest import deliver, record

pytestmark = pytest.mark.django_db


def actor(user: User) -> Actor:
    return Actor("person", user.id)


def share(assistant: Assistant, user: User, role: ObjectRole) -> Actor:
    grants.share(
        actor=actors.console(),
        assistant=assistant,
        receiver=("user", str(user.id)),
        role=role.codename,
        reason="to try it",
        expires_at=None,
        at=clock.now(),
    )
    return actor(user)


def claims(given: services.Pass) -> tickets.Ticket:
    key = keyring.secret(keyring.named(tickets.KEY_PURPOSE), tickets.KEY_LABEL)
    return tickets.verify(key, given.ticket, "playground")


class TestAdmit:
    def test_an_operator_of_the_assistant_may_and_a_viewer_may_not(self, alice: User, bob: User, charlie: User) -> None:
        desk = stage.live("it-desk")
        given = services.admit(
            actor=share(desk, alice, ObjectRole.OPERATOR), assistant=desk, target="live", at=clock.now()
        )
        assert claims(given).actor_id == alice.id
        for other in (share(desk, bob, ObjectRole.VIEWER), actor(charlie)):
            with pytest.raises(Forbidden):
                services.admit(actor=other, assistant=desk, target="live", at=clock.now())

    def test_a_ticket_names_the_assistant_and_the_content(self, alice: User) -> None:
        desk = stage.live("it-desk")
        given = services.admit(
            actor=share(desk, alice, ObjectRole.OWNER), assistant=desk, target="live", at=clock.now()
        )
        ticket = claims(given)
        assert desk.live_version is not None
        assert (ticket.object_id, ticket.detail) == (
            desk.id,
            {"target": "live", "version": desk.live_version.digest},
        )

    def test_a_stopped_assistant_and_one_without_a_live_version_cannot_be_tried(self, alice: User) -> None:
        desk, new = stage.live("it-desk"), stage.new("other")
        owner = share(desk, alice, ObjectRole.OWNER)
        share(new, alice, ObjectRole.OWNER)
        with pytest.raises(services.NotTryable):
            services.admit(actor=owner, assistant=new, target="live", at=clock.now())
        switch.pause(actor=owner, assistant=desk, reason="a test", at=clock.now())
        desk.refresh_from_db()
        for target in ("live", "draft"):
            with pytest.raises(services.NotTryable):
                services.admit(actor=owner, assistant=desk, target=target, at=clock.now())


class TestFreeze:
    def test_the_same_draft_is_frozen_once_and_is_no_version(self, alice: User) -> None:
        desk = stage.live("it-desk")
        owner = share(desk, alice, ObjectRole.OWNER)
        versions = AssistantVersion.objects.filter(assistant=desk).count()
        first = services.freeze(actor=owner, assistant=desk, at=clock.now())
        again = services.freeze(actor=owner, assistant=desk, at=clock.now())
        assert first == again
        assert Trial.objects.get(id=first.id).content == first.content
        assert Leaf.objects.filter(event="gateway.draft.tried").count() == 1
        assert AssistantVersion.objects.filter(assistant=desk).count() == versions
        desk.refresh_from_db()
        assert desk.live_version_id != first.id

    def test_an_edit_makes_another(self, alice: User) -> None:
        desk = stage.live("it-desk")
        owner = share(desk, alice, ObjectRole.OWNER)
        first = services.freeze(actor=owner, assistant=desk, at=clock.now())
        stage.write(desk, "Another prompt.")
        assert services.freeze(actor=owner, assistant=desk, at=clock.now()).digest != first.digest

    def test_a_draft_that_lacks_its_provider_says_so(self, alice: User) -> None:
        new = stage.new("empty")
        with pytest.raises(Invalid) as told:
            services.freeze(actor=share(new, alice, ObjectRole.OWNER), assistant=new, at=clock.now())
        assert "provider" in told.value.fields


def test_a_try_is_kept_with_its_person_and_counts_as_a_call(alice: User) -> None:
    call = ids.new_id()
    changes = {
        "source": "playground",
        "route": "/stream/playground",
        "key": None,
        "subject": "",
        "person": alice.id.hex,
    }
    deliver(record(call, **changes))
    services.ingest()
    kept = Call.objects.get(id=call)
    assert (kept.source, kept.person) == ("playground", alice.id)
    assert kept.subject is not None
    found = queries.tally(Call.objects.all(), since=clock.now() - timedelta(hours=1))
    assert (found.calls, found.turned_away) == (1, 0)
    assert not Call.objects.turned_away().exists()
