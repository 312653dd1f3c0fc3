"""Verbs of auditing, and the change feed: which models it watches and who it says acted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from auditlog.registry import auditlog
from django.apps import apps
from django.db import models, transaction

from accounts.access import services as access
from compliance.auditing.models import acting
from compliance.auditing.rules import CONTROLLER, DISCLOSE, ROTATE_KEY, SEE_MAP, VIEW, WRITE_RECORD, unwatched
from panel.journal import queries as journal_queries
from panel.journal import services as journal
from panel.journal import signers
from panel.journal.models import Leaf
from panel.journal.queries import Disclosed
from panel.kernel.actors import Actor
from panel.kernel.registries import privacy, settings

HOUSE = ("panel.", "accounts.", "compliance.", "assistants.")
NOISE = {"last_login"}


@contextmanager
def acting_as(actor: Actor | Callable[[], Actor]) -> Iterator[None]:
    """Changes saved inside are this actor's (asked when something is saved); outside they are the system's."""
    token = acting.set(actor if callable(actor) else lambda: actor)
    try:
        yield
    finally:
        acting.reset(token)


def house_models() -> list[type[models.Model]]:
    """Every table of the house."""
    found = [one for app in apps.get_app_configs() if app.name.startswith(HOUSE) for one in app.get_models()]
    return [one for one in found if one._meta.managed and not one._meta.proxy]


def hidden_fields(model: type[models.Model]) -> list[str]:
    """Fields whose values never enter the feed: declared personal or secret, not declared although they could hold
    anything, and bytes."""
    return [field.name for field in model._meta.fields if _hidden(model, field)]


def _hidden(model: type[models.Model], field: models.Field) -> bool:  # type: ignore[type-arg]
    if field.name in NOISE or isinstance(field, models.BinaryField):
        return True
    declared = privacy.declarations().get((model._meta.label_lower, field.name))
    if declared is None:
        return isinstance(field, privacy.CAN_HOLD) and not field.choices
    return isinstance(declared, privacy.Personal) or declared.secret


def watch() -> None:
    """Register every model of the house with django-auditlog; runs once, after all hooks were loaded."""
    for model in house_models():
        if not unwatched(model._meta.label_lower):
            many = [field.name for field in model._meta.many_to_many]
            auditlog.register(model, exclude_fields=hidden_fields(model), m2m_fields=many)


def disclose(*, actor: Actor, entry: Leaf, at: datetime) -> list[Disclosed]:
    """Open the personal detail of an entry. Reading it is itself an event. Raises Forbidden."""
    access.require(actor, DISCLOSE)
    with transaction.atomic():
        journal.record("auditing.detail.disclosed", actor=actor, obj=("journal.entry", entry.id), at=at)
        return journal_queries.disclosed(entry)


def note_export(*, actor: Actor, form: str, at: datetime) -> None:
    """Somebody takes entries out of the panel as `form` (csv, jsonl)."""
    access.require(actor, VIEW)
    with transaction.atomic():
        journal.record("auditing.journal.exported", actor=actor, detail={"form": form}, at=at)


def note_record(*, actor: Actor, form: str, at: datetime) -> None:
    """Somebody takes the record of processing out of the panel as `form` (csv, pdf)."""
    access.require(actor, SEE_MAP)
    with transaction.atomic():
        journal.record("auditing.record.exported", actor=actor, detail={"form": form}, at=at)


@transaction.atomic
def name_controller(*, actor: Actor, values: Mapping[str, str], at: datetime) -> None:
    """Who answers for the processing: "name", "address", "contact", "officer". Raises Forbidden, Invalid."""
    access.require(actor, WRITE_RECORD)
    before, changed = settings.values(CONTROLLER), []
    for name in CONTROLLER:
        field = name.partition(".")[2]
        if settings.change(name, values.get(field, "")) != before[name]:
            changed.append(field)
    if changed:
        journal.record("auditing.controller.named", actor=actor, detail={"fields": changed}, at=at)


def rotate_key(*, actor: Actor, reason: str, overlap: timedelta, at: datetime) -> signers.Key:
    """A new key signs from now on, and the old one beside it for the overlap. Raises Forbidden, NeedsFreshFactor, Invalid,
    TooSoon."""
    access.require(actor, ROTATE_KEY)
    return signers.succeed(actor=actor, reason=reason, overlap=overlap, at=at)
