"""A journal whose end was cut off while its sinks had it: each of them tells, at once and until it is cleared up."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.people.models import User
from compliance.auditing import queries
from compliance.auditing.hooks import rewritten_alarm
from compliance.auditing.models import Sink
from compliance.auditing.services import shipping, sinks
from compliance.auditing.services.sending import lines
from panel.journal import queries as ledger
from panel.journal.models import Leaf
from panel.kernel import clock
from tests.compliance.auditing.sinks.test_sinks import add
from tests.factories.ruled import fresh
from tests.panel.journal.tampering import cut, grow, journal_fixture, tamper_fixture  # noqa: F401
from tests.stage.visits import told, visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("journal")]


def size() -> int:
    head = ledger.head()
    assert head is not None
    return head.size


@pytest.mark.parametrize("what", ["entries", "checkpoints"])
def test_a_sink_that_has_more_than_the_journal_tells(
    what: str, adam: User, olga: User, tamper: Callable[..., None]
) -> None:
    row = add(adam, target=f"{what}.jsonl", what=what, form="leaf")
    at = clock.now()
    grow(1)
    shipping.work(at)
    row.refresh_from_db()
    before, sent = size(), row.sent
    assert (row.problem, rewritten_alarm()) == ("", None)
    tamper(*cut(3), "DELETE FROM journal_checkpoint WHERE size > 3")
    shipping.work(at)
    row.refresh_from_db()
    assert (f"It got {before} entries" in row.problem, row.rewritten) == (True, before)
    alarm = rewritten_alarm()
    assert alarm is not None
    assert (alarm.severity, f"knows {before} entries" in alarm.sentence) == ("critical", True)
    assert Leaf.objects.filter(event="auditing.sink.rewritten", object_id=row.id).count() == 1
    grow(40)  # it grows beyond what there was, and goes out from the cut on
    shipping.work(at + timedelta(hours=2))
    row.refresh_from_db()
    assert (row.problem, row.rewritten, queries.backlog(row)) == ("", before, 0)
    text = (lines.folder() / f"{what}.jsonl").read_text()
    assert text.count('{"sequence":4,') == (2 if what == "entries" else 0)
    assert row.sent == sent + (size() - 3 if what == "entries" else 1)
    assert f"It knows {before} entries" in told(visit(fresh(olga), reverse("auditing:sinks")))
    sinks.remove(actor=fresh(adam), sink_id=row.id, at=at)
    assert (rewritten_alarm(), Sink.objects.count()) == (None, 0)
