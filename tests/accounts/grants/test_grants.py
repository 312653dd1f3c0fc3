from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.access import queries as access
from accounts.access.models import GrantChange
from accounts.access.rules import SEE_PEOPLE, ObjectRole, Role
from accounts.access.services import AboveOwnRights
from accounts.grants import services
from accounts.grants.queries import shown, why
from accounts.people.models import User
from accounts.people.rules import State
from accounts.roles import services as roles
from assistants.catalog.models import Assistant, AssistantUserGrant
from assistants.catalog.rules import permits as catalog
from assistants.vault import rules as vault
from assistants.vault import services as secrets
from panel.journal.models import Leaf
from panel.kernel import actors, clock, ids
from panel.kernel.actors import Actor
from tests.factories.people import actor_of, give_role, make_service, make_team, make_totp, signed_in

pytestmark = pytest.mark.django_db


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def make_assistant(slug: str = "helper", **values: Any) -> Assistant:
    now = clock.now()
    how: dict[str, Any] = {
        "slug": slug,
        "name": "Helper",
        "key_id": ids.new_id(),
        "epoch": 0,
        "created_at": now,
        "changed_at": now,
    }
    return Assistant.objects.create(**{**how, **values})


def share(obj: Any, receiver: Any, role: ObjectRole = ObjectRole.VIEWER, **how: Any) -> Any:
    given = {"actor": actors.console(), "permit": catalog.SHARE, "reason": "helps out", "at": clock.now(), **how}
    return services.share(obj=obj, receiver=receiver, role=role, **given)


class TestHistory:
    def test_keeps_every_change_with_who_and_why(self, adam: User, bob: User) -> None:
        thing = make_assistant()
        share(thing, bob, actor=fresh(adam))
        share(thing, bob, ObjectRole.EDITOR, actor=fresh(adam), reason="writes now")
        (grant,), _ = access.grants_on(thing)
        services.unshare(actor=fresh(adam), permit=catalog.SHARE, grant=grant, at=clock.now(), reason="moved on")
        lines = shown.lines(fresh(adam), shown.of_object(thing.id))
        assert [(one.act, one.role, one.reason, one.actor, one.receiver) for one in lines] == [
            ("ended", "Editor", "moved on", "Adam", "Bob"),
            ("changed", "Editor", "writes now", "Adam", "Bob"),
            ("given", "Viewer", "helps out", "Adam", "Bob"),
        ]

    def test_cannot_be_changed(self, bob: User) -> None:
        from django.db import Error, transaction  # noqa: PLC0415

        share(make_assistant(), bob)
        for act in (GrantChange.objects.all().delete, lambda: GrantChange.objects.update(role="owner")):
            with pytest.raises(Error), transaction.atomic():
                act()

    def test_what_runs_out_is_told_and_gone_though_nobody_did_anything(self, bob: User) -> None:
        thing, at = make_assistant(), clock.now()
        share(thing, bob, expires_at=at + timedelta(hours=1))
        give_role(bob, Role.OPERATOR, expires_at=at + timedelta(hours=1))
        assert services.expire(at) == 0
        assert services.expire(at + timedelta(hours=1)) == 2
        assert access.grants_on(thing) == ([], [])
        acts = GrantChange.objects.filter(receiver_id=bob.id, act="expired").values_list("role", flat=True)
        assert sorted(acts) == ["operator", "viewer"]
        assert Leaf.objects.filter(event="access.grant.expired").count() == 2


class TestTheTab:
    def test_is_the_same_on_assistants_secrets_and_teams(self, adam: User, bob: User) -> None:
        secret = secrets.create(actor=fresh(adam), name="Key", kind="api_key", value="sk-" + "a" * 20, at=clock.now())
        places = [f"/assistants/{make_assistant().id}", f"/secrets/{secret.id}", f"/teams/{make_team('Red').id}"]
        client = signed_in(adam)
        form = {"receiver": f"user:{bob.id}", "role": "viewer", "reason": "helps out"}
        for place in places:
            assert client.post(f"{place}/grants/", form).status_code == 302
            text = client.get(f"{place}/grants/").content.decode()
            assert text.count("helps out") == 2
            path = text.rsplit("/withdrawal/", 1)[0].rsplit("/", 1)[-1]
            assert client.post(f"{place}/grants/{path}/withdrawal/", {"reason": "done"}).status_code == 302
            assert "done" in client.get(f"{place}/grants/").content.decode()
            assert signed_in(bob).get(f"{place}/grants/").status_code == 404

    def test_the_api_is_the_same_too(self, adam: User, bob: User) -> None:
        secret = secrets.create(actor=fresh(adam), name="Key", kind="api_key", value="sk-" + "a" * 20, at=clock.now())
        client, place = signed_in(adam), f"/api/v1/secrets/{secret.id}/grants/"
        body = {"receiver_kind": "user", "receiver_id": str(bob.id), "role": "viewer", "reason": "helps"}
        made = client.post(place, body, content_type="application/json")
        assert (made.status_code, made.json()["receiver"], made.json()["given_by"]) == (201, "Bob", "Adam")
        assert len(client.get(place).json()["items"]) == 2
        assert client.delete(f"{place}{made.json()['id']}/").status_code == 204
        assert client.get(f"{place}history/").json()["items"][0]["act"] == "ended"

    def test_a_viewer_of_a_secret_sees_that_one_and_changes_nothing(self, adam: User, bob: User) -> None:
        how: dict[str, Any] = {"kind": "api_key", "value": "sk-" + "a" * 20, "at": clock.now()}
        seen, other = (secrets.create(actor=fresh(adam), name=name, **how) for name in ("Seen", "Other"))
        share(seen, bob, permit=vault.SHARE)
        client = signed_in(bob)
        text = client.get("/secrets/").content.decode()
        assert "Seen" in text
        assert "Other" not in text
        assert client.get(f"/secrets/{other.id}/").status_code == 404
        assert client.post(f"/secrets/{seen.id}/rotation/", {"value": "x"}).status_code == 403
        assert client.post(f"/secrets/{seen.id}/grants/", {}).status_code == 403

    def test_a_service_account_is_given_roles_like_a_person(self, adam: User) -> None:
        thing, shop = make_assistant(), make_service("shop")
        share(thing, shop)
        assert access.can(Actor("service", shop.id), catalog.VIEW, thing)
        assert "shop" in signed_in(adam).get(f"/assistants/{thing.id}/grants/").content.decode()


def test_who_may_only_share_gives_no_more_than_they_have(adam: User, bob: User) -> None:
    thing = make_assistant()
    role = roles.make(actor=fresh(adam), name="Sharer", purpose="", permits=[catalog.SHARE.name], at=clock.now())
    roles.give(actor=fresh(adam), user=bob, role=role, reason="x", at=clock.now())
    with pytest.raises(AboveOwnRights):
        share(thing, bob, ObjectRole.OWNER, actor=fresh(bob))


class TestFactsOfGuardian:
    """Each grant is a row with a foreign key to its object: guardian's generic rows outlive it (research, fact 5)."""

    def test_a_grant_goes_with_its_object_and_nobody_inherits_it(self, bob: User) -> None:
        thing = make_assistant()
        share(thing, bob)
        key = thing.id
        Assistant.objects.filter(id=key).delete()
        assert not AssistantUserGrant.objects.exists()
        again = make_assistant(id=key)
        assert not access.can(actor_of(bob), catalog.VIEW, again)

    def test_the_generic_table_of_the_library_would_have_leaked(self, bob: User) -> None:
        """The fault is real in this version: without it the test above proves nothing."""
        from guardian.models import UserObjectPermission  # noqa: PLC0415

        thing = make_assistant()
        kind = ContentType.objects.get_for_model(Assistant)
        permission = Permission.objects.get(content_type=kind, codename="viewer")
        UserObjectPermission.objects.create(user=bob, permission=permission, content_type=kind, object_pk=thing.id)
        Assistant.objects.filter(id=thing.id).delete()
        assert UserObjectPermission.objects.filter(object_pk=thing.id).count() == 1
        assert not access.can(actor_of(bob), catalog.VIEW, make_assistant(id=thing.id))

    def test_every_grant_table_has_a_real_foreign_key_that_cascades(self) -> None:
        from django.db import connection  # noqa: PLC0415

        from accounts.grants.queries.kinds import grantables  # noqa: PLC0415

        tables = [table for kind in grantables() for table in access.grant_models(kind.model) or ()]
        assert len(tables) >= 6
        for table in tables:
            field = table._meta.get_field("content_object")
            assert field.remote_field.on_delete.__name__ == "CASCADE"
            with connection.cursor() as cursor:
                constraints = connection.introspection.get_constraints(cursor, table._meta.db_table)
            assert any(one["foreign_key"] and one["columns"] == ["content_object_id"] for one in constraints.values())


class TestWhy:
    @pytest.fixture(autouse=True)
    def factors(self, adam: User, bob: User) -> None:
        for user in (adam, bob):
            make_totp(user)

    def test_a_missing_second_factor_refuses(self, charlie: User) -> None:
        give_role(charlie, Role.ADMINISTRATOR)
        answer = why.why(user=charlie, permit=SEE_PEOPLE, obj=None, at=clock.now())
        assert not answer.may
        assert "second factor" in str(answer.bars[0].text)

    def test_names_the_team_the_giver_the_reason_and_the_end(self, adam: User, bob: User) -> None:
        thing, team, until = make_assistant(), make_team("Support", bob), clock.now() + timedelta(days=3)
        share(thing, team, actor=fresh(adam), expires_at=until)
        answer = why.why(user=bob, permit=catalog.VIEW, obj=thing, at=clock.now())
        (way,) = answer.ways
        assert answer.may
        assert "Support" in str(way.text)
        assert (way.giver, way.reason, way.ends) == ("Adam", "helps out", until)

    def test_says_what_was_and_what_is_too_little(self, adam: User, bob: User) -> None:
        thing = make_assistant()
        share(thing, bob)
        no = why.why(user=bob, permit=catalog.EDIT, obj=thing, at=clock.now())
        assert not no.may
        assert "less than Editor" in " ".join(str(one.text) for one in no.notes)
        (grant,), _ = access.grants_on(thing)
        services.unshare(actor=fresh(adam), permit=catalog.SHARE, grant=grant, at=clock.now())
        gone = why.why(user=bob, permit=catalog.VIEW, obj=thing, at=clock.now())
        assert "taken back" in " ".join(str(one.text) for one in gone.notes)
        assert "Viewer of it" in " ".join(str(one.text) for one in gone.notes)

    def test_names_what_refuses(self, bob: User) -> None:
        give_role(bob, Role.ADMINISTRATOR)
        User.objects.filter(id=bob.id).update(state=State.DISABLED)
        bob.refresh_from_db()
        answer = why.why(user=bob, permit=SEE_PEOPLE, obj=None, at=clock.now())
        assert not answer.may
        assert [str(one.text) for one in answer.bars][:1] == ["The account is disabled."]
        assert [str(one.text) for one in answer.ways] == ["Role Administrator"]

    def test_a_key_without_the_scope_refuses(self, adam: User) -> None:
        key = ("ci", frozenset({"catalog.view_assistant"}))
        answer = why.why(user=adam, permit=SEE_PEOPLE, obj=None, at=clock.now(), key=key)
        assert not answer.may
        assert "ci" in str(answer.bars[0].text)

    def test_is_a_page_and_an_api_for_who_may_ask(self, adam: User, bob: User, charlie: User) -> None:
        thing = make_assistant()
        share(thing, bob)
        query = f"who={bob.id}&right=catalog.view_assistant&on=assistant:{thing.id.hex}"
        text = signed_in(adam).get(f"/access/why/?{query}").content.decode()
        assert "What opens it" in text
        assert "helps out" in text
        body = signed_in(adam).get(f"/api/v1/access/why/?{query}").json()
        assert (body["may"], body["ways"][0]["reason"]) == (True, "helps out")
        assert signed_in(charlie).get(f"/access/why/?{query}").status_code in {404, 422}
        about_bob = f"/api/v1/access/why/?who={bob.id}&right=people.see"
        assert signed_in(charlie).get(about_bob).status_code == 403
        own = signed_in(charlie).get("/api/v1/access/why/?right=people.see").json()
        assert (own["may"], own["ways"]) == (False, [])

    def test_names_nobody_to_who_may_not_ask_about_others(self, bob: User, charlie: User) -> None:
        """Fails when any word in `on` opens the list of people, or when service accounts are listed to everybody."""
        make_service("Payroll robot")
        thing = make_assistant()
        share(thing, bob)
        for on in ("", "?on=x", f"?on=assistant:{thing.id.hex}"):
            page = signed_in(bob).get(f"/access/why/{on}").content.decode()
            assert "Charlie" not in page
            assert "Payroll robot" not in page
        share(thing, bob, ObjectRole.OWNER)
        assert "Charlie" in signed_in(bob).get(f"/access/why/?on=assistant:{thing.id.hex}").content.decode()
