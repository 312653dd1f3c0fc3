"""A restriction holds until an officer lifts it, and the person hears of it before (GDPR Art. 18(3))."""

import pytest
from django.urls import reverse

from accounts.people.models import User
from compliance.consent import queries as consents
from compliance.requests.rules.states import State
from compliance.requests.services import effects
from compliance.requests.services.moving import NotPossible
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.db import epochs
from panel.outbound.models import Message
from tests.compliance.requests.stage import fresh, in_work, visitor
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
WORDS = "We have checked your address. From tomorrow the assistant answers you again."


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def test_it_is_lifted_on_its_page_with_words_to_the_person(pia: User, olga: User) -> None:
    mine = visitor()
    row = in_work(mine, "restriction", pia)
    page, lifting = (reverse(f"requests:{name}", args=[row.id]) for name in ("detail", "lifting"))
    officer = signed_in(pia)
    assert "Lift the restriction" not in officer.get(page).content.decode()
    with pytest.raises(NotPossible):
        effects.lift(actor=fresh(pia), request=row, words=WORDS, at=clock.now())
    row = effects.carry_out(actor=fresh(pia), request=row, words="", at=clock.now())
    assert (row.state, consents.restriction(mine.subject) is None) == (State.FULFILLED, False)
    assert "Lift the restriction" in officer.get(page).content.decode()
    assert "Lift the restriction" not in signed_in(olga).get(page).content.decode()
    assert signed_in(olga).post(lifting, {"text": WORDS}).status_code == 403
    assert officer.post(lifting, {"text": ""}).status_code == 422
    assert consents.restriction(mine.subject) is not None
    before = Message.objects.count()
    assert officer.post(lifting, {"text": WORDS}).status_code == 302
    assert consents.restriction(mine.subject) is None
    assert Message.objects.count() == before + 1
    shown = officer.get(page).content.decode()
    assert WORDS in shown
    assert "Lift the restriction" not in shown
    assert Leaf.objects.filter(event="consent.processing.resumed").count() == 1
