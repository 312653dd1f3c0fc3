"""The cast of the sweep beyond the six: owner, editor, other team, ended grant, guest, developer, and those who are nobody."""

from datetime import timedelta

from django.test import Client

from accounts.access import services as rights
from accounts.access.models import Guest
from accounts.access.rules import ObjectRole, Role
from accounts.grants import services as grants
from accounts.people.models import User
from accounts.signin.views.sessions import BACKEND
from assistants.catalog.models import Assistant, AssistantUserGrant
from assistants.catalog.rules import permits
from assistants.catalog.services import assistants
from panel.kernel import actors, clock
from tests.factories.people import actor_of, make_person, make_team, signed_in


def _share(assistant: Assistant, receiver: User, role: ObjectRole) -> None:
    grants.share(
        actor=actors.console(), permit=permits.SHARE, obj=assistant, receiver=receiver, role=role,
        reason="for the test", at=clock.now(),
    )  # fmt: skip


def _guest(section: str) -> User:
    user, at = make_person("gus"), clock.now()
    visit = Guest(user=user, key_id=user.key_id, permits=[section], given_at=at, expires_at=at + timedelta(days=30))
    visit.reason, visit.giver_kind = "for the test", "system"
    visit.save(force_insert=True)
    return user


def wider(assistant: Assistant, section: str) -> dict[str, User]:
    """People by name; `assistant` is what owen owns, edith edits and xena could see until yesterday."""
    names = {"owen": ObjectRole.OWNER, "edith": ObjectRole.EDITOR, "xena": ObjectRole.OWNER}
    people = {name: make_person(name) for name in (*names, "otto", "nora", "dirk")}
    for name, role in names.items():
        _share(assistant, people[name], role)
    yesterday = clock.now() - timedelta(days=1)
    ended = AssistantUserGrant.objects.filter(user=people["xena"])
    ended.update(given_at=yesterday - timedelta(days=1), expires_at=yesterday)
    make_team("Other team", people["otto"])
    assistants.create(
        actor=actor_of(make_person("opal", role=Role.OPERATOR)), name="Other desk", slug="other-desk", at=clock.now()
    )
    return people | {"gus": _guest(section), "dora": make_person("dora", role=Role.DEVELOPER)}


def clients_of(people: dict[str, User]) -> dict[str, Client]:
    """Everybody in a browser; dirk was disabled after he signed in, nora stopped at the second factor."""
    found = {}
    for name, user in people.items():
        client = Client(raise_request_exception=False)
        if name == "nora":
            client.force_login(user, backend=BACKEND)
        else:
            signed_in(user, client=client)
        found[name] = client
    if "dirk" in people:
        rights.close(actor=actors.console(), user=people["dirk"], reason="left", at=clock.now())
    stale = signed_in(people["adam"], client=Client(raise_request_exception=False), fresh=False)
    return found | {"stale": stale, "nobody": Client(raise_request_exception=False)}
