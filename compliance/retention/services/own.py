"""Stores of the ground, which knows no retention: files and rows of jobs, personal detail of the journal."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from compliance.retention.rules import stores
from compliance.retention.rules.classes import Category
from compliance.retention.services.rows import Rows
from panel.journal.models import Detail
from panel.kernel.models import Job
from panel.kernel.work import results

_JOBS = (
    "SELECT id, ended_at AS at, CASE WHEN actor_id IS NULL THEN '{}'::uuid[] ELSE ARRAY[actor_id] END AS subjects,"
    " NULL::uuid AS assistant FROM kernel_job WHERE ended_at IS NOT NULL"
)
# Every detail with its event's instant and whom it is about. The leaf stays, with the commitment that the detail opened: every
# proof stays valid, and what was committed to can be shown no more.
_DETAILS = (
    "SELECT d.id, l.at, ARRAY[d.person_id] AS subjects, NULL::uuid AS assistant"
    " FROM journal_detail d JOIN journal_leaf l ON l.id = d.leaf_id"
)


def _forget_details(ids: Sequence[UUID]) -> None:
    Detail.objects.filter(id__in=ids).delete()


def _forget_files(ids: Sequence[UUID]) -> None:
    for one in ids:
        results.forget(one)
    Job.objects.filter(id__in=ids).update(file_name="", file_size=0)


def _forget_jobs(ids: Sequence[UUID]) -> None:
    for one in ids:
        results.forget(one)
    Job.objects.filter(id__in=ids).delete()


def register() -> None:
    stores.register(
        Rows("jobs.files", _("Files that jobs made"), Category.EXPORTS, _JOBS + " AND file_name <> ''", _forget_files)
    )
    stores.register(Rows("jobs.rows", _("Jobs that ended, with their logs"), Category.LOGS, _JOBS, _forget_jobs))
    stores.register(
        Rows(
            "journal.details", _("Personal detail of events"), Category.JOURNAL, _DETAILS, _forget_details, order="t.id"
        )
    )
