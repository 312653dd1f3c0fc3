"""/backups/: how safe the installation is, every backup, making one now, and when they are made."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import door
from panel.kernel import clock
from panel.kernel.registries import settings
from panel.ops.backups import queries, rules, services
from panel.ops.backups.format import packing
from panel.ops.models import Backup
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page
from panel.ui.web import jobs as words
from panel.ui.web.files import attachment

State, Reason = Backup.State, Backup.Reason
STATES: dict[str, Text] = {
    State.WAITING: gettext_lazy("Waiting"),
    State.RUNNING: gettext_lazy("Being made"),
    State.DONE: gettext_lazy("Made and read back"),
    State.FAILED: gettext_lazy("Failed"),
    State.REMOVED: gettext_lazy("Removed"),
}
DOTS = {State.WAITING: "queued", State.REMOVED: "expired"}
REASONS: dict[str, Text] = {
    Reason.SCHEDULE: gettext_lazy("On schedule"),
    Reason.MANUAL: gettext_lazy("Asked for"),
    Reason.UPGRADE: gettext_lazy("Before an upgrade"),
    Reason.FOUND: gettext_lazy("Found in the directory"),
}


def took(row: Backup) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`."""
    seconds = row.seconds
    if seconds is None or row.reason == Reason.FOUND:
        return "–"
    if seconds < 10:
        return _("%(s).1f s") % {"s": max(seconds, 0)}
    if seconds < 60:
        return _("%(s)d s") % {"s": seconds}
    return _("%(m)d min %(s)d s") % {"m": seconds // 60, "s": seconds % 60}


def columns(*, may_download: bool) -> list[Column]:
    shown = [
        Column(
            "started_at", gettext_lazy("Begun"), cell="moment", sort="started_at", card="title",
        ),
        Column(
            "state", gettext_lazy("State"), value=lambda row: DOTS.get(row.state, row.state), cell="state", card="state",
            second=lambda row: STATES[row.state],
        ),
        Column("reason", gettext_lazy("Why"), value=lambda row: REASONS[row.reason], second=lambda row: row.problem),
        Column(
            "bytes", gettext_lazy("Size"), value=lambda row: filesizeformat(row.bytes) if row.bytes else "–",
            sort="bytes", numeric=True,
        ),
        Column("rows", gettext_lazy("Rows"), value=lambda row: row.rows or "–", cell="number", numeric=True),
        Column("took", gettext_lazy("Took"), value=took, numeric=True),
        Column("copied", gettext_lazy("Copy"), value=lambda row: _("Yes") if row.copied_at else "–"),
    ]  # fmt: skip
    if may_download:
        shown.append(Column("download", "", value=lambda _row: "", cell="ops/backups/cells.html#download", csv=False))
    return shown


FILTERS = [
    Filter("state", gettext_lazy("State"), list(STATES.items()), lambda rows, value: rows.filter(state=value)),
    Filter("reason", gettext_lazy("Why"), list(REASONS.items()), lambda rows, value: rows.filter(reason=value)),
]
EMPTY = Empty(
    gettext_lazy("No backup yet"),
    gettext_lazy("A backup holds database and files, sealed. It is read back before it counts."),
)


@door(rules.SEE_BACKUPS)
def backups(request: HttpRequest) -> HttpResponseBase:
    actor, at = actor_of(request), clock.now()
    standing = queries.standing(at)
    may = {
        "may_make": access.can(actor, rules.MAKE_BACKUP),
        "may_change": access.can(actor, rules.CHANGE_BACKUPS),
        "may_download": access.can(actor, rules.DOWNLOAD_BACKUP),
    }
    page = ListPage(
        request, Rows(queries.every(), ("name", "problem")), columns(may_download=may["may_download"]), "-started_at",
        FILTERS, EMPTY, searchable=gettext_lazy("Search by name or problem"), csv_name="backups",
    )  # fmt: skip
    values = {"standing": standing, "figures": _figures(standing), "job": _job(standing), "at": at, **may}
    return answer(request, "ops/backups/backups.html", page, values)


def _figures(standing: queries.Standing) -> list[dict[str, Any]]:
    last = standing.last
    copy = standing.copy_directory
    noted = _("Copied to the second directory") if last and last.copied_at else _("Not copied") if copy else ""
    return [
        {"label": _("Size"), "value": filesizeformat(last.bytes) if last else "–", "note": noted},
        {"label": _("Took"), "value": took(last) if last else "–"},
        {"label": _("Rows"), "value": f"{last.rows:,}" if last else "–"},
    ]


def _job(standing: queries.Standing) -> Any:
    found = queries.job_of(standing.current) if standing.current else None
    return words.shown(found) if found else None


@door(rules.MAKE_BACKUP)
class Now(Act):
    """POST asks for a backup."""

    def perform(self) -> Text:
        services.start(actor=self.actor, at=self.at)
        return _("A backup is being made.")

    def back(self) -> str:
        return reverse("ops:backups")


@door(rules.DOWNLOAD_BACKUP)
class File(Page):
    """The backup as one tar, sealed as it lies on the disk."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        row = queries.one(kwargs["backup_id"])
        folder = services.note_download(actor=self.actor, backup=row, at=self.at)
        parts = packing.files(folder)
        size = packing.size(parts)
        return attachment(packing.packed(parts), f"{folder.name}.tar", "application/x-tar", size=size)


class ScheduleForm(forms.Form):
    hour = forms.IntegerField(
        label=gettext_lazy("Hour"), min_value=0, max_value=23, help_text=gettext_lazy("0 to 23, UTC. Once a day.")
    )
    daily = forms.IntegerField(
        label=gettext_lazy("Daily backups to keep"), min_value=1, max_value=90,
        help_text=gettext_lazy("The newest of each of the last days that have one."),
    )  # fmt: skip
    weekly = forms.IntegerField(
        label=gettext_lazy("Weekly backups to keep"), min_value=0, max_value=52,
        help_text=gettext_lazy("The newest of each of the last weeks. What neither rule keeps is removed."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, spec in settings.specs().items():
            field = self.fields.get(name.removeprefix("backups."))
            if name.startswith("backups.") and field and settings.from_environment(name):
                field.disabled = True
                field.help_text = _("%(variable)s in the environment holds this.") % {"variable": spec.variable}


@door(rules.CHANGE_BACKUPS)
class Schedule(FormPage):
    form_class = ScheduleForm
    template_name = "ops/backups/schedule.html"

    def initial(self) -> dict[str, Any]:
        names = (queries.HOUR, queries.DAILY, queries.WEEKLY)
        return {name.removeprefix("backups."): settings.value(name) for name in names}

    def perform(self, form: Any) -> str:
        free = [name for name, field in form.fields.items() if not field.disabled]
        values = {f"backups.{name}": str(form.cleaned_data[name]) for name in free}
        services.change(actor=self.actor, values=values, at=self.at)
        self.tell(_("The schedule is stored."))
        return reverse("ops:backups")
