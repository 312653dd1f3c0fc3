"""Bind purposes to an assistant, and settle what is kept of its calls. The gateway follows each change at once."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.catalog.models import Assistant, Binding, Storage
from assistants.catalog.queries import purposes as queries
from assistants.catalog.rules import permits
from assistants.catalog.rules.purposes import FULL, KEEPS, ROUTES, STATISTICS, WITH_WORDS
from assistants.catalog.services.changes import Changed, locked, touch
from compliance.consent.models import Purpose
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Invalid


class BoundAlready(Conflict):
    """The same calls serve this purpose already."""

    code = "purpose_bound"


def bind(
    *,
    actor: Actor,
    assistant: Assistant,
    purpose_id: UUID,
    at: datetime,
    api_key_id: UUID | None = None,
    route: str = "",
    required: bool = True,
) -> Binding:
    """Calls serve this purpose from now on: of one key or of all, by one route or by all. A required purpose that people
    are asked about refuses every call without their yes. Returns when every live worker of the gateway follows, after a
    second at most. Raises Forbidden, Invalid, BoundAlready."""
    access.require(actor, permits.BIND, assistant)
    purpose = _purpose(purpose_id)
    if route not in ROUTES:
        raise Invalid(fields={"route": _("Choose one of these.")})
    if api_key_id is not None and str(api_key_id) not in dict(queries.keys_of(assistant)):
        raise Invalid(fields={"api_key_id": _("Choose a key that may call this assistant.")})
    try:
        with transaction.atomic():
            made = Binding.objects.create(
                id=ids.new_id(at), assistant=assistant, purpose=purpose, api_key_id=api_key_id, route=route,
                required=required, made_at=at, epoch=epochs.bump(),
            )  # fmt: skip
            journal.record("catalog.purpose.bound", actor=actor, obj=assistant, detail=_detail(made), at=at)
    except IntegrityError as error:
        if "catalog_binding_once" not in str(error):
            raise
        raise BoundAlready(_("These calls serve this purpose already.")) from error
    _follow(made.epoch)
    return made


def unbind(*, actor: Actor, binding: Binding, at: datetime) -> Binding:
    """Calls serve this purpose no more: nobody is refused because of it. Again does nothing. Raises Forbidden."""
    access.require(actor, permits.BIND, binding.assistant)
    with transaction.atomic():
        row = Binding.objects.select_for_update(of=("self",)).select_related("assistant").get(id=binding.id)
        if row.ended_at is None:
            row.ended_at, row.epoch = at, epochs.bump()
            row.save(update_fields=["ended_at", "epoch"])
            journal.record("catalog.purpose.unbound", actor=actor, obj=row.assistant, detail=_detail(row), at=at)
    _follow(row.epoch)
    return row


def settle(
    *,
    actor: Actor,
    assistant: Assistant,
    keep: str,
    at: datetime,
    purpose_id: UUID | None = None,
    told: bool = True,
    number: int | None = None,
) -> Storage:
    """What is kept of calls from now on, as a new number; the same again is no change. `number` is the one that was looked
    at (0 before the first). What is stored already stays until its class ends it. Raises Forbidden, Invalid, Changed."""
    access.require(actor, permits.KEEP, assistant)
    if keep not in KEEPS:
        raise Invalid(fields={"keep": _("Choose one of these.")})
    purpose = _purpose(purpose_id) if purpose_id and keep in WITH_WORDS else None
    with transaction.atomic():
        assistant = locked(assistant)
        now = queries.storage(assistant)
        if number is not None and number != (now.number if now else 0):
            raise Changed(_("Somebody changed this in the meantime. Yours is not saved."))
        wanted = (keep, purpose.id if purpose else None, told)
        if now is not None and (now.keep, now.purpose_id, now.told) == wanted:
            return now
        return _settle(actor, assistant, now, purpose, keep, at, told=told)


def _settle(
    actor: Actor,
    assistant: Assistant,
    now: Storage | None,
    purpose: Purpose | None,
    keep: str,
    at: datetime,
    *,
    told: bool,
) -> Storage:
    made = Storage.objects.create(
        id=ids.new_id(at), assistant=assistant, number=(now.number if now else 0) + 1, keep=keep, purpose=purpose,
        told=told, at=at,
    )  # fmt: skip
    assistant.store_content = keep in WITH_WORDS
    touch(assistant, at, "store_content")
    event = "catalog.content.kept" if keep in WITH_WORDS else "catalog.content.not_kept"
    detail = {"keep": keep, "purpose": str(purpose.id) if purpose else "", "told": told, "number": made.number}
    journal.record(event, actor=actor, obj=assistant, detail=detail, at=at)
    return made


def keep_content(*, actor: Actor, assistant: Assistant, wanted: bool, at: datetime) -> Storage:
    """Every word from now on, or statistics only."""
    now = queries.storage(assistant)
    return settle(
        actor=actor, assistant=assistant, keep=FULL if wanted else STATISTICS, at=at,
        purpose_id=now.purpose_id if now and wanted else None, told=now.told if now else True,
    )  # fmt: skip


def _purpose(purpose_id: UUID) -> Purpose:
    found = queries.purpose(purpose_id)
    if found is None:
        raise Invalid(fields={"purpose_id": _("There is no such purpose, or it is retired.")})
    return found


def _detail(row: Binding) -> dict[str, object]:
    key = str(row.api_key_id) if row.api_key_id else ""
    return {"purpose": str(row.purpose_id), "key": key, "route": row.route, "required": row.required}


def _follow(epoch: int) -> None:
    if not connection.in_atomic_block:
        epochs.wait(epoch)
