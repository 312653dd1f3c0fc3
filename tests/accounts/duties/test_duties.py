"""Rules of separation are data: they warn or forbid when a role is given, and a page shows who breaks one."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.models import RoleGrant
from accounts.access.rules import DutiesForbidden, DutiesWarned, Role
from accounts.approvals.rules.states import State
from accounts.duties import queries, services
from accounts.duties.rules import CREATOR, REQUESTER, Strength
from accounts.elevation.services import roles
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Forbidden
from tests.accounts.approvals import stage
from tests.accounts.approvals.stage import approve, ask, fresh, known
from tests.factories.people import actor_of, give_role, make_person, signed_in

__all__ = ["known"]

pytestmark = pytest.mark.django_db


def give(user: User, role: Role, *, despite: bool = False) -> None:
    rights.give_role(
        actor=actors.console(), user=user, role=role, reason="r", at=clock.now(), despite=despite
    )  # fmt: skip


def decide(adam: User, name: str, strength: Strength) -> None:
    services.decide(actor=fresh(adam), name=name, strength=strength, at=clock.now())


class TestGiving:
    def test_a_warned_combination_needs_a_second_word_and_is_written_down(self, pia: User) -> None:
        with pytest.raises(DutiesWarned, match="Privacy officer and administrator"):
            give(pia, Role.ADMINISTRATOR)
        assert Role.ADMINISTRATOR not in access.roles_of(pia.id)
        give(pia, Role.ADMINISTRATOR, despite=True)
        leaf = Leaf.objects.filter(event="access.role.given").latest("id")
        assert b"officer_administrator,key_keeper_reader" in bytes(leaf.data)

    def test_a_forbidden_one_is_refused_whatever_is_said(self, adam: User, pia: User) -> None:
        decide(adam, "officer_administrator", Strength.FORBID)
        with pytest.raises(DutiesForbidden):
            give(pia, Role.ADMINISTRATOR, despite=True)

    def test_one_that_is_off_says_nothing(self, adam: User, olga: User) -> None:
        decide(adam, "auditor_administrator", Strength.OFF)
        decide(adam, "key_keeper_reader", Strength.OFF)
        give(olga, Role.ADMINISTRATOR)
        assert Role.ADMINISTRATOR in access.roles_of(olga.id)

    def test_who_breaks_a_rule_already_can_get_other_roles(self, pia: User) -> None:
        give_role(pia, Role.ADMINISTRATOR)
        give(pia, Role.DEVELOPER)
        assert Role.DEVELOPER in access.roles_of(pia.id)

    def test_a_role_that_has_ended_does_not_count(self, pia: User) -> None:
        RoleGrant.objects.filter(user=pia).update(
            given_at=clock.now() - timedelta(days=2), expires_at=clock.now() - timedelta(days=1)
        )
        give(pia, Role.ADMINISTRATOR)

    def test_a_rule_by_permits_finds_the_roles_that_carry_them(self, olga: User) -> None:
        with pytest.raises(DutiesWarned, match="Keeper of keys"):
            give(olga, Role.ADMINISTRATOR)

    def test_the_form_asks_once_more_and_then_gives(self, adam: User, pia: User) -> None:
        client, path = signed_in(adam), reverse("roles:give", args=[pia.id])
        sent = {"role": "administrator", "reason": "Only one of us here"}
        first = client.post(path, sent)
        assert first.status_code == 409
        assert 'type="checkbox"' in first.content.decode()
        assert client.post(path, {**sent, "despite": "on"}).status_code == 302
        assert Role.ADMINISTRATOR in access.roles_of(pia.id)


class TestRules:
    def test_a_rule_of_ones_own_forbids_and_can_be_removed(self, adam: User, alice: User) -> None:
        row = services.add(
            actor=fresh(adam), first="role:operator", second="role:developer", strength=Strength.FORBID, at=clock.now()
        )
        with pytest.raises(DutiesForbidden):
            give(alice, Role.DEVELOPER)
        with pytest.raises(services.RuleExists):
            services.add(
                actor=fresh(adam),
                first="role:developer",
                second="role:operator",
                strength=Strength.WARN,
                at=clock.now(),
            )
        services.remove(actor=fresh(adam), name=row.name, at=clock.now())
        give(alice, Role.DEVELOPER)

    def test_what_the_panel_is_built_on_cannot_be_weakened(self, adam: User) -> None:
        with pytest.raises(services.FixedRule):
            decide(adam, REQUESTER, Strength.OFF)
        assert queries.strength(REQUESTER) is Strength.FORBID

    def test_only_who_gives_roles_decides(self, olga: User) -> None:
        with pytest.raises(Forbidden):
            decide(olga, CREATOR, Strength.OFF)
        assert signed_in(olga).post(reverse("duties:rules"), {}).status_code == 403

    def test_the_page_shows_rules_and_who_breaks_them(self, adam: User, olga: User) -> None:
        both = make_person("zoe", roles=(Role.PRIVACY_OFFICER, Role.ADMINISTRATOR))
        page = signed_in(olga).get(reverse("duties:rules")).content.decode()
        assert "Privacy officer and administrator" in page
        assert reverse("access:person", args=[both.id]) in page
        assert reverse("access:person", args=[adam.id]) not in page

    def test_a_strength_is_changed_on_the_page(self, adam: User) -> None:
        client, path = signed_in(adam), reverse("duties:strength", args=[CREATOR])
        client.post(path, {"strength": "warn"})
        assert queries.strength(CREATOR) is Strength.WARN
        client.post(path, {"strength": "nonsense"})
        assert queries.strength(CREATOR) is Strength.WARN


@pytest.mark.usefixtures("known")
class TestApprovals:
    def test_who_made_it_does_not_approve_unless_the_rule_only_warns(self, adam: User, bob: User) -> None:
        with stage.kind(makers=lambda _effect: [adam.id]):
            row = ask(bob)
            with pytest.raises(Forbidden, match="You made what"):
                approve(adam, row)
            decide(adam, CREATOR, Strength.WARN)
            page = signed_in(adam).get(reverse("approvals:approval", args=[row.id])).content.decode()
            assert "You made what is to be approved." in page
            assert approve(adam, row).state == State.PERFORMED


def test_an_approver_of_a_role_for_hours_sees_what_it_breaks(adam: User, pia: User) -> None:
    row = roles.ask(actor=actor_of(pia), role="administrator", hours=1, reason="r", at=clock.now())
    page = signed_in(adam).get(reverse("approvals:approval", args=[row.id])).content.decode()
    assert "It breaks a rule of separation of duties: Privacy officer and administrator" in page
