import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from panel.kernel import clock, ids
from panel.kernel.db import epochs
from panel.kernel.models import Epoch, Worker


def _worker(epoch: int, *, seconds_ago: float = 0) -> Worker:
    seen = clock.now() - timedelta(seconds=seconds_ago)
    return Worker.objects.create(id=ids.new_id(), kind="gateway", epoch=epoch, seen_at=seen, started_at=seen)


@pytest.mark.django_db(transaction=True)
def test_a_bump_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        epochs.bump()


@pytest.mark.django_db
class TestEpoch:
    def test_a_bump_counts_up_by_one(self) -> None:
        before = Epoch.objects.get().number
        with transaction.atomic():
            assert epochs.bump() == before + 1

    def test_waiting_ends_at_once_when_every_live_worker_serves_from_it(self) -> None:
        _worker(7)
        _worker(3, seconds_ago=60)
        began = time.monotonic()
        assert epochs.wait(7) == []
        assert time.monotonic() - began < 0.5

    def test_waiting_names_the_silent_worker_after_the_time_out(self) -> None:
        silent = _worker(6)
        assert epochs.wait(7, timeout=0.05) == [str(silent.id)]

    def test_the_application_role_cannot_make_tables_or_partitions(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone()[0] == "panel_app"
