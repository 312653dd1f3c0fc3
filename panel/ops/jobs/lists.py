"""The lists of jobs and of scheduled names: columns, filters, and the names of who started what."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.models import Job
from panel.kernel.registries import jobs as kinds
from panel.kernel.registries import objects
from panel.ops.jobs import queries
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.keyset import Cursor
from panel.ui.lists.page import ListPage
from panel.ui.lists.peek import Peek
from panel.ui.lists.sources import Memory, Rows
from panel.ui.menu import Text
from panel.ui.web import jobs as words

STARTERS: dict[str, Text] = {
    "person": gettext_lazy("A person"),
    "service": gettext_lazy("A service account"),
    "key": gettext_lazy("An API key"),
    "console": gettext_lazy("The console"),
    "system": gettext_lazy("The panel"),
}


@dataclass(frozen=True)
class JobRows(Rows):
    """Rows with the name of who started each; a word is looked for in titles and names of kinds and in error codes."""

    actor: Actor = Actor("anonymous")  # noqa: RUF009 - frozen, so sharing one is safe

    def search(self, words_: list[str]) -> "JobRows":
        found = self.queryset
        for one in words_:
            names = [
                name
                for name, kind in kinds.registered().items()
                if one.casefold() in words.title(kind.name).casefold() or one.casefold() in name
            ]
            found = found.filter(Q(name__in=names) | Q(error_code__icontains=one))
        return JobRows(found, self.fields, self.actor)

    def narrow(self, one: Filter, value: str) -> "JobRows":
        return JobRows(one.apply(self.queryset, value) if one.apply else self.queryset, self.fields, self.actor)

    def window(self, field: str, cursor: Cursor | None, *, ascending: bool, limit: int) -> list[Any]:
        return self._named(super().window(field, cursor, ascending=ascending, limit=limit))

    def everything(self, field: str, *, ascending: bool, limit: int) -> list[Any]:
        return self._named(super().everything(field, ascending=ascending, limit=limit))

    def _named(self, rows: list[Any]) -> list[Any]:
        names = queries.starters(self.actor, rows)
        for job in rows:
            job.starter = names.get(job.actor_id) or STARTERS.get(job.actor_kind, "–")
        return rows


def took(job: Job) -> str:
    """`8 s`, `3 min 20 s`, `2 h 5 min`: from its first start to its end, or to now."""
    if job.started_at is None:
        return "–"
    seconds = max(0, int(((job.ended_at or clock.now()) - job.started_at).total_seconds()))
    minutes, hours = seconds // 60, seconds // 3600
    if not minutes:
        return _("%(s)s s") % {"s": seconds}
    if not hours:
        return _("%(m)s min %(s)s s") % {"m": minutes, "s": seconds % 60}
    return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes % 60}


COLUMNS = [
    Column(
        "name", gettext_lazy("Job"), value=lambda job: words.title(job.name), cell="title", sort="name", card="title",
        second=lambda job: words.shown(job).sentence, url=lambda job: reverse("ops:job", args=[job.id]),
    ),
    Column("state", gettext_lazy("State"), cell="state", second=words.word, sort="state", card="state"),
    Column("amount", gettext_lazy("Progress"), value=lambda job: words.amount(job).strip() or "–", numeric=True),
    Column("starter", gettext_lazy("Started by")),
    Column("took", gettext_lazy("Took"), value=took, numeric=True),
    Column("created_at", gettext_lazy("Started"), cell="ago", sort="created_at", numeric=True),
]  # fmt: skip


def _names() -> list[tuple[str, Text]]:
    return sorted(
        ((name, words.title(name)) for name, kind in kinds.registered().items() if kind.long), key=lambda one: one[1]
    )


def facts(actor: Actor, job: Job) -> dict[str, Any]:
    """What the facts of a job are written from, on its page and beside the list."""
    return {
        "shown": words.shown(job),
        "took": took(job),
        "starter": queries.starters(actor, [job]).get(job.actor_id) if job.actor_id else None,
        "starter_kind": STARTERS.get(job.actor_kind, job.actor_kind),
        "about": _card(actor, job.about_kind, job.about_id),
        "result": _card(actor, job.result_kind, job.result_id),
    }


def _card(actor: Actor, kind: str, of: UUID | None) -> objects.Card | None:
    return objects.cards(actor, kind, [of]).get(of) if of else None


def jobs(request: HttpRequest, actor: Actor, *, everybodys: bool) -> ListPage:
    filters = [
        Filter(
            "state", gettext_lazy("State"), list(words.STATES.items()), lambda rows, value: rows.filter(state=value)
        ),
        Filter("job", gettext_lazy("Job"), _names, lambda rows, value: rows.filter(name=value)),
    ]
    if everybodys:
        choices = queries.starter_choices(actor)
        by = Filter("actor", gettext_lazy("Started by"), choices, lambda rows, value: rows.filter(actor_id=value))
        filters.append(by)
    empty = Empty(
        gettext_lazy("No long task yet"),
        gettext_lazy("Backups, imports, exports and other long work stands here while it runs and for 30 days after."),
    )
    source = JobRows(queries.visible_to(actor).defer("log", "checkpoint"), actor=actor)
    return ListPage(
        request, source, COLUMNS, sort="-created_at", filters=filters, empty=empty,
        searchable=gettext_lazy("Search by job or error"), csv_name="jobs",
        peek=Peek(lambda job: words.title(job.name), "ops/job_peek.html", lambda job: facts(actor, job)),
    )  # fmt: skip


OUTCOMES: dict[str, Text] = {
    "done": gettext_lazy("Done"),
    "failed": gettext_lazy("Failed"),
    "queued": gettext_lazy("Not yet"),
    "late": gettext_lazy("Late"),
}


def outcome(line: queries.Line) -> str:
    """failed and late before done."""
    if line.late:
        return "late"
    return (line.row.outcome if line.row else "") or "queued"


def _second(line: queries.Line) -> str:
    code = line.row.error_code if line.row else ""
    return f"{line.kind.name} · {code}" if code else line.kind.name


def period(line: queries.Line) -> str:
    """`each 5 s`, or the five fields of a crontab in UTC."""
    every = line.kind.every
    if isinstance(every, timedelta):
        seconds = int(every.total_seconds())
        size, unit = next(pair for pair in ((3600, "h"), (60, "min"), (1, "s")) if seconds % pair[0] == 0)
        return _("each %(n)s %(unit)s") % {"n": seconds // size, "unit": unit}
    fields = [
        getattr(every, f"_orig_{name}") for name in ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
    ]
    return " ".join(str(one) for one in fields) + " UTC"


SCHEDULE = [
    Column(
        "name", gettext_lazy("Task"), value=lambda line: words.title(line.kind.name), cell="title", card="title",
        second=_second, mono=True, sort="name",
    ),
    Column("outcome", gettext_lazy("Last outcome"), value=outcome, cell="state", card="state", sort="outcome",
           second=lambda line: OUTCOMES[outcome(line)]),
    Column("period", gettext_lazy("Runs"), value=period),
    Column("last", gettext_lazy("Last run"), value=lambda line: line.row.started_at if line.row else None, cell="ago",
           numeric=True),
    Column("next", gettext_lazy("Next run"), value=lambda line: line.next_at, cell="ago", sort="next", numeric=True),
]  # fmt: skip
RUN = Column("run", "", value=lambda line: line.kind.name, cell="ops/run_now.html", card="none", csv=False)


def _sort(line: queries.Line, field: str) -> Any:
    return {"outcome": outcome(line), "next": line.next_at.isoformat()}.get(field) or words.title(
        line.kind.name
    ).casefold()


def schedule(request: HttpRequest, *, may: bool) -> ListPage:
    lines = queries.schedule(clock.now())
    source = Memory(lines, text=lambda line: f"{words.title(line.kind.name)} {line.kind.name}", sort_value=_sort)
    filters = [
        Filter(
            "outcome",
            gettext_lazy("Last outcome"),
            list(OUTCOMES.items()),
            keep=lambda line, value: outcome(line) == value,
        )
    ]
    return ListPage(
        request, source, [*SCHEDULE, RUN] if may else SCHEDULE, sort="name", filters=filters,
        searchable=gettext_lazy("Search by task"), csv_name="schedule", extra={"csrf": get_token(request)},
    )  # fmt: skip


def tabs(*, everybodys: bool) -> list[dict[str, Any]]:
    found = [{"label": _("Jobs"), "url": reverse("ops:jobs")}]
    if everybodys:
        found.append({"label": _("Schedule"), "url": reverse("ops:schedule")})
    return found if everybodys else []
