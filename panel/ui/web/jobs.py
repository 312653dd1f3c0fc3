"""A job in words, for its card, its page and the list. Its sentences were written by the worker in the source language."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from panel.kernel.models import Job
from panel.kernel.registries import jobs as kinds
from panel.ui.menu import Text

STATES: dict[str, Text] = {
    "queued": gettext_lazy("Waiting"),
    "running": gettext_lazy("Running"),
    "done": gettext_lazy("Done"),
    "failed": gettext_lazy("Failed"),
    "cancelled": gettext_lazy("Cancelled"),
}


@dataclass(frozen=True)
class Shown:
    """`percent` is None while nobody knows how much there is. `over`: nothing will change any more by itself."""

    job: Job
    title: str
    word: str
    sentence: str
    amount: str
    percent: int | None
    over: bool
    url: str
    card_url: str


def title(name: str) -> str:
    """The title of a kind; the name itself when an older version ran it."""
    known = kinds.registered().get(name)
    return _(str(known.title)) if known else name


def told(sentence: str, words: dict[str, Any]) -> str:
    """A sentence of a body in the reader's language, with its words."""
    if not sentence:
        return ""
    try:
        return _(sentence) % words
    except (KeyError, ValueError, TypeError):
        return sentence


def word(job: Job) -> str:
    if job.cancel_requested_at and job.state == "running":
        return _("Stopping")
    if job.state == "queued" and job.error_code:
        return _("Waits to try again")
    return str(STATES[job.state])


def amount(job: Job) -> str:
    """`12 of 25 steps`."""
    if not job.done and not job.total:
        return ""
    unit = _(job.unit) if job.unit else ""
    done, total = (number_format(one or 0, 0, use_l10n=True, force_grouping=True) for one in (job.done, job.total))
    values = {"done": done, "total": total, "unit": unit}
    return (_("%(done)s of %(total)s %(unit)s") if job.total else _("%(done)s %(unit)s")) % values


def percent(job: Job) -> int | None:
    """Full only when it is done: a job at its last step is not over."""
    if job.state == "done":
        return 100
    return min(99, max(0, job.done * 100 // job.total)) if job.total else None


def shown(job: Job) -> Shown:
    over = job.ended_at is not None
    sentence = _(job.error) if job.error and job.state != "running" else "" if over else told(job.phase, job.words)
    return Shown(
        job=job,
        title=title(job.name),
        word=word(job),
        sentence=sentence,
        amount=amount(job).strip(),
        percent=percent(job),
        over=over,
        url=reverse("ops:job", args=[job.id]),
        card_url=reverse("ops:job_card", args=[job.id]),
    )
