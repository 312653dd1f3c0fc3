"""Freezing a population: everything in scope at one instant, counted, hashed, in rows that cannot change."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from accounts.people import queries as people
from accounts.people.models import User
from compliance.reviews.models import Campaign, Item
from compliance.reviews.rules import flags, populations
from compliance.reviews.rules.populations import Found
from compliance.reviews.rules.scope import Scope
from compliance.reviews.rules.states import Campaign as State
from compliance.reviews.rules.states import Step, campaign_step
from compliance.reviews.services import letters
from compliance.reviews.services.reviewers import Picker
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import SYSTEM
from panel.kernel.jobs import Run

BATCH = 2000
MANY = 10_000
"""Holders beyond which the list is ordered without opening every name."""


def collect(scope: Scope, at: datetime) -> list[Found]:
    """Every right in scope, of every registered kind."""
    members = set(User.objects.filter(groups__team=scope.team).values_list("id", flat=True)) if scope.team else set()
    wanted = [one for name, one in populations.registered().items() if not scope.kinds or name in scope.kinds]
    every = (found for one in wanted for found in one.collect(at))
    return [found for found in every if scope.holds(found, members) and _given(found, at)]


def _given(found: Found, at: datetime) -> bool:
    """Rights of a demo's future are not there yet; sessions live in real time."""
    return found.kind == "session" or found.given_at is None or found.given_at <= at


def freeze(*, run: Run, campaign_id: UUID, at: datetime) -> None:
    """The job's body: one snapshot, one transaction; again after a fault it begins anew, and when it is done nothing."""
    with transaction.atomic():
        _one_snapshot()
        campaign = Campaign.objects.select_for_update().get(id=campaign_id)
        if campaign.state != State.FREEZING:
            return
        found = collect(Scope.of(campaign.scope), at)
        run.progress(0, len(found), gettext_noop("Counted"), unit=gettext_noop("rights"))
        _write(campaign, found, at, run)
        campaign.state, campaign.frozen_at = campaign_step(campaign.state, Step.OPEN), at
        campaign.count, campaign.digest = len(found), populations.digest(one.facts() for one in found)
        campaign.save()
        detail = {"count": campaign.count, "digest": campaign.digest}
        journal.record("reviews.campaign.frozen", actor=SYSTEM, obj=campaign, detail=detail, at=at)
        letters.opened(campaign, at)


def _one_snapshot() -> None:
    """Rights that change while it is counted are in or out, never half. A test's own transaction has begun already."""
    if len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _write(campaign: Campaign, found: list[Found], at: datetime, run: Run) -> None:
    picker, names = Picker(campaign, at), _names(found)
    ordered = sorted(found, key=lambda one: (flags.severity(one.flags), names.get(one.holder[1], ""), one.key))
    for start in range(0, len(ordered), BATCH):
        part = ordered[start : start + BATCH]
        Item.objects.bulk_create([_item(campaign, one, start + place, picker) for place, one in enumerate(part)])
        run.progress(start + len(part), len(ordered), gettext_noop("Written"), unit=gettext_noop("rights"))


def _names(found: Iterable[Found]) -> dict[UUID, str]:
    """Names of the holders, for the order of the list; it is not stored."""
    wanted = {one.holder[1] for one in found}
    names = {team.id: team.name.casefold() for team in people.teams()}
    if len(wanted) <= MANY:
        names |= {key: name.casefold() for key, name in people.names(wanted).items()}
    return names


def _item(campaign: Campaign, one: Found, place: int, picker: Picker) -> Item:
    reviewer, escalated = picker.pick(one.holder, one.obj)
    obj = one.obj or ("", None)
    return Item(
        id=ids.new_id(), campaign=campaign, place=place, kind=one.kind, ref=one.ref, holder_kind=one.holder[0],
        holder_id=one.holder[1], object_kind=obj[0], object_id=obj[1], right=one.right, flags=sorted(one.flags),
        used_at=one.used_at, facts=one.facts(), reviewer_id=reviewer, escalated=escalated,
        exception="" if reviewer else "no_reviewer",
    )  # fmt: skip
