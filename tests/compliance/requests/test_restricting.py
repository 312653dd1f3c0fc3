"""A restriction holds until an officer lifts it, and the person hears of it before (GDPR Art. 18(3))."""

import re

import pytest
from django.urls import reverse

from accounts.people.models import User
from compliance.consent import queries as consents
from compliance.consent.rules.states import State as Chosen
from compliance.requests.rules.states import State
from compliance.requests.services import effects
from compliance.requests.services.moving import NotPossible
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.db import epochs
from panel.outbound.models import Message
from tests.compliance.consent.stage import make_purpose
from tests.compliance.requests.stage import EMAIL, fresh, in_work, visitor
from tests.compliance.subjects.test_proving import opened
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


def test_an_objection_is_upheld_for_what_the_officer_ticks_and_the_person_can_allow_it_again(pia: User) -> None:
    profile, research = (
        make_purpose(pia, slug=slug, basis="legitimate_interests", use="analytics") for slug in ("profile", "research")
    )
    duty = make_purpose(pia, slug="duty", basis="legal_obligation", use="service")
    mine = visitor()
    row = in_work(mine, "objection", pia)
    officer, page = signed_in(pia), reverse("requests:answer", args=[row.id])
    shown = officer.get(page).content.decode()
    assert (str(profile.id) in shown, str(research.id) in shown, str(duty.id) in shown) == (True, True, False)
    assert officer.post(page, {"words": "", "purposes": [str(duty.id)]}).status_code == 422
    assert officer.post(page, {"words": ""}).status_code == 422, "nothing is ticked: that is a denial"
    assert consents.written(mine.subject, profile) is Chosen.NONE
    assert officer.post(page, {"words": "", "purposes": [str(profile.id)]}).status_code == 302
    said = {one.slug: consents.written(mine.subject, one) for one in (profile, research, duty)}
    assert said == {"profile": Chosen.WITHDRAWN, "research": Chosen.NONE, "duty": Chosen.NONE}
    person = opened(EMAIL)
    choices = person.get(reverse("consent:choices")).content.decode()
    assert choices.count("Allow it again") == 1
    sent = {"answer": "yes", "language": "en", "words": re.findall(r'name="words" value="([0-9a-f]+)"', choices)[0]}
    assert person.post(reverse("consent:choice", args=["research"]), sent).status_code == 404, "never objected to"
    assert person.post(reverse("consent:choice", args=["profile"]), sent).status_code == 302
    assert consents.written(mine.subject, profile) is Chosen.GIVEN
    assert "Allow it again" not in person.get(reverse("consent:choices")).content.decode()
