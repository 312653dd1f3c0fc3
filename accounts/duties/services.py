"""Verbs of separation: decide how strongly a rule holds, make one, and ask before a role is given."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as rights
from accounts.access.queries import Standing
from accounts.access.rules import MANAGE_ROLES
from accounts.duties import queries
from accounts.duties.models import Decided
from accounts.duties.rules import Rule, Strength
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid, Missing


class FixedRule(Conflict):
    code = "duty_rule_fixed"


class RuleExists(Conflict):
    code = "duty_rule_exists"


@transaction.atomic
def decide(*, actor: Actor, name: str, strength: Strength, at: datetime) -> Rule:
    """How strongly a rule holds from now on; who breaks it already keeps what they have and stands on the page. Raises
    Forbidden, NeedsFreshFactor, Missing, FixedRule."""
    rights.require(actor, MANAGE_ROLES)
    rule = next((one for one in queries.rules() if one.name == name), None)
    if rule is None:
        raise Missing(_("There is no such rule."))
    if rule.fixed:
        raise FixedRule(_("The panel is built on this rule. It cannot be weakened."))
    row = queries.decided(name) or Decided(name=name)
    row.strength, row.changed_at, row.changed_by_kind, row.changed_by_id = strength, at, actor.kind, actor.id
    row.save()
    detail = {"rule": name, "before": rule.strength.value, "after": strength.value}
    journal.record("access.separation.decided", actor=actor, obj=row, detail=detail, at=at)
    return next(one for one in queries.rules() if one.name == name)


@transaction.atomic
def add(*, actor: Actor, first: str, second: str, strength: Strength, at: datetime) -> Decided:
    """A rule of one's own: two roles that nobody should hold together. Raises Forbidden, Invalid, RuleExists."""
    rights.require(actor, MANAGE_ROLES)
    known = {token for token, _word in queries.choices()}
    if first not in known or second not in known or first == second:
        raise Invalid(fields={"second": _("Choose two different roles.")})
    pair = {frozenset((one, other)) for rule in queries.rules() for one in rule.first for other in rule.second}
    if frozenset((first, second)) in pair:
        raise RuleExists(_("There is a rule for these two already."))
    row = Decided(name="-".join(sorted((first, second))).replace("role:", ""), first=[first], second=[second])
    row.strength, row.changed_at, row.changed_by_kind, row.changed_by_id = strength, at, actor.kind, actor.id
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise RuleExists(_("There is a rule for these two already.")) from error
    detail = {"rule": row.name, "after": strength.value}
    journal.record("access.separation.added", actor=actor, obj=row, detail=detail, at=at)
    return row


@transaction.atomic
def remove(*, actor: Actor, name: str, at: datetime) -> None:
    """Forget a rule of one's own. Raises Forbidden, Missing, FixedRule for one of the panel."""
    rights.require(actor, MANAGE_ROLES)
    row = queries.decided(name)
    if row is None:
        raise Missing(_("There is no such rule."))
    if not row.first:
        raise FixedRule(_("This rule comes with the panel. Switch it off instead."))
    journal.record("access.separation.removed", actor=actor, obj=row, detail={"rule": name}, at=at)
    row.delete()


def separate(before: Standing, after: Standing) -> list[tuple[str, str, bool]]:
    """For `accounts.access`, before a role is given: what it would newly break, as (name, title, forbidden)."""
    already = {rule.name for rule in queries.broken(before)}
    return [
        (rule.name, str(rule.title), rule.strength is Strength.FORBID)
        for rule in queries.broken(after)
        if rule.name not in already
    ]
