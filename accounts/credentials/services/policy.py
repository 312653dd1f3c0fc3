"""What the administrator says for all keys."""

from datetime import datetime

from django.db import transaction

from accounts.access import services as rights
from accounts.credentials.queries import keys as queries
from accounts.credentials.rules.permits import SET_POLICY
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid
from panel.kernel.registries import settings


@transaction.atomic
def change(*, actor: Actor, longest_days: str, endless: bool, at: datetime) -> queries.Policy:
    """Say how long secrets may live; what the environment holds stays. Raises Forbidden, NeedsFreshFactor, Invalid."""
    rights.require(actor, SET_POLICY)
    before = queries.policy()
    wanted = {"longest_days": longest_days, "endless": "yes" if endless else "no"}
    names = {"longest_days": queries.LONGEST, "endless": queries.ENDLESS}
    for field, text in wanted.items():
        if settings.from_environment(names[field]):
            continue
        try:
            settings.change(names[field], text)
        except Invalid as refusal:
            raise Invalid(fields={field: refusal.sentence}) from None
    after = queries.policy()
    if after != before:
        detail = {
            "longest_days": [before.longest_days, after.longest_days],
            "endless": [before.never, after.never],
        }
        journal.record("credentials.policy.changed", actor=actor, detail=detail, at=at)
    return after
