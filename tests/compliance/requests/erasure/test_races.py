"""Twenty at once: of approving and withdrawing one wins, and what the other finds is whole."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.access.rules import Role
from accounts.approvals.services import deciding
from accounts.people.models import User
from assistants.conversations.models import CallContent
from compliance.requests.models import Erasure, Request
from compliance.requests.rules.states import State
from compliance.requests.services import working
from compliance.requests.services.erasure import approving
from panel.kernel import clock
from panel.kernel.db import epochs
from panel.kernel.errors import Refusal
from panel.kernel.models import Job
from tests.compliance.requests.stage import CANARY, fresh, in_work, said, visitor
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def test_one_of_approving_and_withdrawing_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])
    pia = make_person("pia", role=Role.PRIVACY_OFFICER)
    admins: list[User] = [make_person(f"adam{number}", role=Role.ADMINISTRATOR) for number in range(2)]
    mine = visitor()
    said(mine.subject, CANARY)
    row = in_work(mine, "deletion", pia)
    asked = approving.ask(actor=fresh(pia), request=row, reason="No ground to keep it", at=clock.now())
    barrier = Barrier(MANY)

    def act(number: int) -> str:
        barrier.wait()
        try:
            if number % 2:
                working.withdraw(visitor=mine, request=row, at=clock.now())
                return "withdrawn"
            approver = fresh(admins[number // 2 % 2])
            deciding.approve(actor=approver, approval=asked, seen=asked.digest, at=clock.now())
        except Refusal:
            return "refused"
        finally:
            connections.close_all()
        return "approved"

    with ThreadPoolExecutor(MANY) as pool:
        told = list(pool.map(act, range(MANY)))
    state = Request.objects.get(id=row.id).state
    jobs_ = Job.objects.filter(name="requests.erase").count()
    if state == State.WITHDRAWN:
        assert "approved" not in told
        assert (Erasure.objects.count(), jobs_) == (0, 0)
        assert CallContent.objects.filter(subject=mine.subject).exists()
    else:
        assert state == State.EXECUTING
        assert "withdrawn" not in told
        assert (Erasure.objects.count(), jobs_) == (1, 1)
