from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.access import queries as access
from accounts.access.rules import SEE_PEOPLE, SHARE_TEAM, ObjectRole, Role
from accounts.grants import services as grants
from accounts.invitations.models import Invitation
from accounts.invitations.services import importing, inviting
from accounts.people import queries as people
from accounts.people.models import User
from accounts.people.rules import State
from accounts.people.services import AddressTaken
from accounts.signin.models import Link
from panel.kernel import actors, clock
from panel.kernel.errors import Conflict, Invalid
from tests.factories.people import actor_of, make_person, make_team, signed_in

pytestmark = pytest.mark.django_db
NOOR = {"full_name": "Noor New", "email": "noor@example.test", "role": "developer", "reason": "builds", "days": "7"}


def fresh(user: User) -> Any:
    return actor_of(user, fresh_at=timezone.now())


def invite(adam: User, name: str = "Noor New", email: str = "noor@example.test", **how: Any) -> tuple[Invitation, str]:
    return inviting.invite(actor=fresh(adam), wanted=inviting.Wanted(name, email, **how), at=clock.now())


def works(token: str) -> bool:
    return bool(Client().get(f"/join/{token}/").status_code == 200)


class TestAnInvitation:
    def test_presets_role_and_team_and_lives_as_long_as_it_says(self, adam: User) -> None:
        team = make_team("Support")
        row, token = invite(adam, role="developer", team=team, days=14)
        assert works(token)
        assert people.members(team) == [row.user]
        assert access.prospects(row.user_id, clock.now()).roles == {Role.DEVELOPER, Role.MEMBER}
        assert access.roles_of(row.user_id) == frozenset()
        link = Link.objects.get(user=row.user)
        assert abs(link.expires_at - row.expires_at) < timedelta(seconds=5)

    def test_is_sent_again_and_the_old_link_ends(self, adam: User) -> None:
        row, token = invite(adam)
        again = inviting.resend(actor=fresh(adam), invitation=row, at=clock.now())
        assert (works(token), works(again)) == (False, True)

    def test_is_taken_back_and_the_address_is_free(self, adam: User) -> None:
        row, token = invite(adam, role="operator")
        inviting.withdraw(actor=fresh(adam), invitation=row, at=clock.now())
        assert not works(token)
        with pytest.raises(inviting.NotOpen):
            inviting.resend(actor=fresh(adam), invitation=row, at=clock.now())
        again, _token = invite(adam, "Noor Newer")
        assert (again.user_id, people.name(again.user_id)) == (row.user_id, "Noor Newer")

    def test_of_somebody_with_an_account_is_refused(self, adam: User, bob: User) -> None:
        with pytest.raises(AddressTaken):
            invite(adam, "Bob", "BOB@example.test")
        User.objects.filter(id=bob.id).update(state=State.DISABLED)
        with pytest.raises(AddressTaken):
            invite(adam, "Bob", "bob@example.test")

    def test_stands_in_a_list_with_its_state(self, adam: User) -> None:
        client = signed_in(adam)
        assert "/join/" in client.post("/people/new/", NOOR).content.decode()
        row = Invitation.objects.get()
        assert "Noor New" in client.get("/people/invitations/?state=waits").content.decode()
        Invitation.objects.update(made_at=timezone.now() - timedelta(days=9), expires_at=timezone.now())
        assert "Noor New" in client.get("/people/invitations/?state=expired").content.decode()
        assert "/join/" in client.post(f"/people/invitations/{row.id}/sending/").content.decode()
        client.post(f"/people/invitations/{row.id}/withdrawal/")
        assert "Noor New" in client.get("/people/invitations/?state=withdrawn").content.decode()
        assert client.get(f"/people/invitations/{row.id}/").status_code == 200
        assert signed_in(make_person("zed")).get(f"/people/invitations/{row.id}/").status_code == 404


class TestAGuest:
    def visit(self, adam: User, **changes: Any) -> tuple[User, str]:
        until = (clock.now() + timedelta(days=10)).date().isoformat()
        form = {"full_name": "Gwen Guest", "email": "gwen@example.test", "until": until, "permits": ["people.see"],
                "reason": "Audit 2026", **changes}  # fmt: skip
        answer = signed_in(adam).post("/people/guests/new/", form)
        assert answer.status_code == 200, answer.content.decode()
        found = people.by_email("gwen@example.test")
        assert found is not None
        User.objects.filter(id=found.id).update(state=State.ACTIVE)
        return User.objects.get(id=found.id), answer.content.decode()

    def test_sees_the_chosen_sections_until_the_last_day(self, adam: User) -> None:
        gwen, text = self.visit(adam)
        assert "/join/" in text
        client = signed_in(gwen)
        assert client.get("/people/").status_code == 200
        assert client.get("/journal/").status_code == 403
        assert client.get("/people/new/").status_code == 403
        assert not access.can(actor_of(gwen), SEE_PEOPLE, at=clock.now() + timedelta(days=12))

    def test_has_an_end_always(self, adam: User) -> None:
        form = {"full_name": "G", "email": "g@example.test", "until": "", "reason": "x"}
        assert signed_in(adam).post("/people/guests/new/", form).status_code == 422

    def test_is_closed_by_itself(self, adam: User) -> None:
        gwen, _text = self.visit(adam)
        later = clock.now() + timedelta(days=12)
        assert grants.expire(later) == 1
        assert User.objects.get(id=gwen.id).state == State.DISABLED
        assert grants.expire(later) == 0

    def test_gets_no_role_and_only_looks_at_objects_as_long_as_the_visit(self, adam: User) -> None:
        from accounts.access import services as rights  # noqa: PLC0415

        gwen, _text = self.visit(adam)
        with pytest.raises(Conflict, match="guest"):
            rights.give_role(actor=fresh(adam), user=gwen, role=Role.OPERATOR, reason="x", at=clock.now())
        team = make_team("Support")
        how: dict[str, Any] = {"actor": actors.console(), "permit": SHARE_TEAM, "reason": "x"}
        with pytest.raises(Conflict, match="guest"):
            grants.share(obj=team, receiver=gwen, role=ObjectRole.EDITOR, at=clock.now(), **how)
        grant = grants.share(obj=team, receiver=gwen, role=ObjectRole.VIEWER, at=clock.now(), **how)
        visit = access.guest(gwen.id)
        assert visit is not None
        assert grant.expires_at == visit.expires_at

    def test_scope_is_changed_on_the_page_of_the_person(self, adam: User) -> None:
        gwen, _text = self.visit(adam)
        client = signed_in(adam)
        assert "Audit 2026" in client.get(f"/people/{gwen.id}/").content.decode()
        until = (clock.now() + timedelta(days=20)).date().isoformat()
        form = {"until": until, "permits": [], "reason": "Longer, less"}
        assert client.post(f"/people/{gwen.id}/visit/", form).status_code == 302
        assert not access.can(actor_of(gwen), SEE_PEOPLE)

    @pytest.mark.parametrize("permit", ["people.manage", "elevation.review"])
    def test_is_shown_no_section_that_is_not_for_guests(self, adam: User, permit: str) -> None:
        until = (clock.now() + timedelta(days=10)).date().isoformat()
        form = {
            "full_name": "G",
            "email": "g@example.test",
            "until": until,
            "permits": [permit],
            "reason": "x",
        }
        assert signed_in(adam).post("/people/guests/new/", form).status_code == 422


CSV = """name,email,role,team
Ada Muster,ada@example.test,developer,Support
Bo Berg,bo@example.test,,
"""
BROKEN = """name,email,role,team
Ada Muster,ada@example.test,wizard,Support
Bo Berg,bo,,
Cy Two,cy@example.test,,
Cy Three,CY@example.test,,
=HYPERLINK("x"),eve@example.test,,
Bob,bob@example.test,,Sales
,no@example.test,,
"""


class TestAFile:
    def test_is_looked_at_row_by_row_before_anybody_is_invited(self, adam: User) -> None:
        make_team("Support")
        client = signed_in(adam)
        answer = client.post("/people/file/", {"file": SimpleUploadedFile("p.csv", CSV.encode())})
        text = answer.content.decode()
        assert "ada@example.test" in text
        assert "can be taken" in text
        assert not Invitation.objects.exists()
        done = client.post("/people/import/", {"content": CSV, "reason": "New desk", "days": "7"})
        assert done.status_code == 302
        ada = people.by_email("ada@example.test")
        assert ada is not None
        assert access.prospects(ada.id, clock.now()).roles == {Role.DEVELOPER, Role.MEMBER}
        assert [team.name for team in people.teams_of(ada.id)] == ["Support"]

    def test_every_wrong_row_says_what_is_wrong(self, adam: User, bob: User) -> None:
        make_team("Support")
        rows = importing.examine(importing.read(BROKEN.encode()))
        words = [" ".join(row.wrong) for row in rows]
        for found, wanted in zip(
            words,
            [
                "no role “wizard”",
                "no e-mail address",
                "twice",
                "twice",
                "formula",
                "no team “Sales”",
                "name is missing",
            ],
            strict=True,
        ):
            assert wanted in found
        assert "has an account" in words[5]

    def test_one_wrong_row_and_nobody_is_invited(self, adam: User) -> None:
        make_team("Support")
        wrong = CSV + "Cy,cy,,\n"
        answer = signed_in(adam).post("/people/import/", {"content": wrong, "reason": "x", "days": "7"})
        assert answer.status_code == 422
        assert "This is no e-mail address." in answer.content.decode()
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize(
        "content", [b"", b"\xff\xfe\x00", b"email\nx@example.test", b"name,email,wage\nA,a@b.test,1", b"name,email\n"]
    )
    def test_what_is_no_list_of_people_is_refused(self, content: bytes) -> None:
        with pytest.raises(Invalid):
            importing.read(content)

    def test_holds_at_most_a_thousand(self) -> None:
        head = b"name,email\n"
        assert len(importing.read(head + b"A,a@example.test\n" * 1000)) == 1000
        with pytest.raises(Invalid):
            importing.read(head + b"A,a@example.test\n" * 1001)

    def test_semicolons_and_a_byte_order_mark_are_read(self) -> None:
        (line,) = importing.read("\ufeffName;Email\nÄnne;a@example.test\n".encode())
        assert (line.name, line.email) == ("Änne", "a@example.test")


@pytest.mark.slow
def test_a_thousand_rows_are_examined_by_four_questions(adam: User, django_assert_max_num_queries: Any) -> None:
    text = "name,email\n" + "".join(f"P {n},p{n}@example.test\n" for n in range(1000))
    lines = importing.read(text.encode())
    with django_assert_max_num_queries(4):
        assert not any(row.wrong for row in importing.examine(lines))
