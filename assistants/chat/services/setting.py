"""Set up the chat of an assistant: who may come, how it looks, where it may be embedded."""

from dataclasses import dataclass, field, fields
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.catalog.models import Assistant
from assistants.catalog.services.changes import Changed
from assistants.chat.models import Setting
from assistants.chat.rules import permits
from assistants.chat.rules.chats import COLOURS, NAME_MOST, SITES_MOST, TEXT_MOST, site
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Wanted:
    """`sites` are origins such as https://shop.example.org."""

    active: bool = False
    members: bool = False
    invited: bool = False
    anyone: bool = False
    files: bool = False
    name: str = ""
    colour: str = "accent"
    greeting: str = ""
    contact: str = ""
    sites: list[str] = field(default_factory=list)


def settle(*, actor: Actor, assistant: Assistant, wanted: Wanted, at: datetime, revision: int | None = None) -> Setting:
    """The same again is no change. `revision` is the one that was looked at, 0 before the first. Raises Forbidden,
    Invalid, Changed."""
    access.require(actor, permits.SETTLE, assistant)
    wanted = _checked(wanted)
    with transaction.atomic():
        epochs.lock(f"chat-setting:{assistant.id}")
        row = Setting.objects.filter(assistant=assistant).first() or Setting(assistant=assistant, revision=0)
        if revision is not None and revision != row.revision:
            raise Changed(_("Somebody changed this in the meantime. Yours is not saved."))
        changed = [one.name for one in fields(Wanted) if getattr(row, one.name) != getattr(wanted, one.name)]
        if not changed and row.revision:
            return row
        for name in changed:
            setattr(row, name, getattr(wanted, name))
        row.revision, row.changed_at = row.revision + 1, at
        row.save()
        doors = [name for name in ("members", "invited", "anyone") if getattr(row, name)]
        detail = {"changed": changed, "active": row.active, "open_to": doors, "sites": len(row.sites)}
        journal.record("chat.setting.changed", actor=actor, obj=assistant, detail=detail, at=at)
    return row


def _checked(wanted: Wanted) -> Wanted:
    wrong: dict[str, str] = {}
    if wanted.active and not (wanted.members or wanted.invited or wanted.anyone):
        wrong["active"] = _("Say who may come, or switch it off.")
    if wanted.colour not in COLOURS:
        wrong["colour"] = _("Choose one of these.")
    for name, most in (("name", NAME_MOST), ("greeting", TEXT_MOST), ("contact", TEXT_MOST)):
        if len(getattr(wanted, name)) > most:
            wrong[name] = _("At most %(most)s characters.") % {"most": most}
    bad = [one for one in wanted.sites if site(one) != one]
    if bad:
        wrong["sites"] = _("“%(site)s” is no address of a site. Write it as https://shop.example.org.") % {
            "site": bad[0][:60]
        }
    if len(wanted.sites) > SITES_MOST:
        wrong["sites"] = _("At most %(most)s sites.") % {"most": SITES_MOST}
    if wrong:
        raise Invalid(fields=wrong)
    return wanted
