"""`manage.py retention preview` says what a run would do now, `retention run` does it, as somebody with a shell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.retention.models import Run
from compliance.retention.services import planning
from panel.kernel import actors, clock, jobs
from panel.kernel.errors import Refusal


class Command(BaseCommand):
    help = "Show what is due for deletion (preview), or delete it now (run)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["preview", "run"])
        parser.add_argument(
            "--approve", action="store_true", help="agree with first and large runs, without a second person"
        )

    def handle(self, **options: Any) -> None:
        try:
            rows = planning.preview(clock.now())
            self._table(rows)
            if options["act"] == "run":
                self._run(approve=options["approve"])
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from None

    def _table(self, rows: list[dict[str, Any]]) -> None:
        self.stdout.write(f"{'class':<12}{'store':<28}{'days':>6}{'due':>10}{'held':>8}  oldest")
        for one in rows:
            self.stdout.write(
                f"{one['rule']:<12}{one['store']:<28}{one['days']:>6}{one['due']:>10}{one['held']:>8}  {one['oldest'] or '-'}"
            )

    def _run(self, *, approve: bool) -> None:
        actor, at = actors.console(), clock.now()
        run = planning.begin(actor=actor, reason="manual", at=at)
        if run is None:
            raise CommandError("This hour has its run already.")
        if run.needs:
            if not approve:
                raise CommandError("Two people must agree with this run in the panel, or say --approve.")
            planning.approve(actor=actor, run=run, at=at, begins_at=at)
        found = jobs.latest(run.journal_ref, planning.JOB)
        if found is not None:
            jobs.perform(found)
        run = Run.objects.get(id=run.id)
        self.stdout.write(f"{run.id}: {run.state}. {run.problem}")
