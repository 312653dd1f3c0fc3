"""Very many stored records, made by the database, and workers of a run that are killed."""
# The words of these records open to nobody: what a run does with them it does unread.

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db import connection

from panel.kernel.db import partitions
from tests.compliance.holds.stage import ASSISTANT
from tests.compliance.retention.stage import NOW
from tests.stage.run import ROOT

# An id of a day: its milliseconds, version 7, and chance. Every `every`-th row is of the second subject.
FILL = """
INSERT INTO conversations_callcontent (retention, day, id, assistant, subject, sealed, kept_from)
SELECT 'standard', %(day)s, (lpad(to_hex(%(ms)s + n), 12, '0') || '7' || substr(md5(n::text || random()::text), 1, 3) || '8'
       || substr(md5(random()::text), 1, 15))::uuid, %(assistant)s,
       CASE WHEN n %% %(every)s = 0 THEN %(second)s ELSE %(first)s END, '\\x00', ''
FROM generate_series(1, %(rows)s) n
"""
WORKER = """
import sys, time, uuid, django
django.setup()
import panel.celery
from compliance.retention.models import Step
from compliance.retention.services import running
from panel.kernel import clock
from panel.kernel.jobs import Run
from panel.kernel.models import Job

job, run, place, after = uuid.UUID(sys.argv[1]), uuid.UUID(sys.argv[2]), sys.argv[3], int(sys.argv[4])
passed = 0

def here(name):
    global passed
    if name == place:
        passed += 1
        if passed == after:
            print("here", flush=True)
            time.sleep(600)

class Loose(Run):
    # A worker whose lease nobody checks: both do the same run at once.
    def checkpoint(self, state):
        self.checkpointed = state
    def progress(self, *_, **__):
        here("between")
    def check(self):
        pass

step, create, finish = running._step, Step.objects.create, running._finish
def stepped(*given):
    more = step(*given)
    here("before the commit")
    return more
def created(**values):
    here("after the deletion")
    made = create(**values)
    return made
def finished(*given):
    here("before the end")
    return finish(*given)
running._step, running._finish = stepped, finished
Step.objects.create = created
print("up", flush=True)
running.carry_out(work=Loose(Job.objects.get(id=job)), run_id=run, at=clock.now)
print("done", flush=True)
"""


def fill(first: UUID, second: UUID, *, rows: int, days: int, every: int) -> None:
    """`rows` records over `days` whole days that are all due at NOW."""
    dates = [NOW.date() - timedelta(days=32 + number) for number in range(days)]
    partitions.ensure(min(dates), max(dates))
    with connection.cursor() as cursor:
        for day in dates:
            begin = int(datetime.combine(day, time(), UTC).timestamp() * 1000)
            whose = {"first": first, "second": second, "assistant": ASSISTANT}
            cursor.execute(FILL, {"day": day, "ms": begin, "every": every, "rows": rows // days, **whose})


def worker(job: UUID, run: UUID, place: str, after: int) -> "subprocess.Popen[str]":
    """A process that does the run, and stands still at its `after`-th passing of a place ("" never)."""
    words: Sequence[str] = (sys.executable, "-c", WORKER, str(job), str(run), place, str(after))
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "panel.settings"}
    return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
