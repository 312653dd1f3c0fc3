"""A person chooses in the privacy centre: without scripts, one step each way, and with a receipt that verifies."""

import io
import json
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from compliance.consent import queries
from compliance.consent.models import Purpose, Record
from compliance.consent.rules.purposes import words_digest
from compliance.consent.rules.states import State
from panel.kernel import clock
from panel.kernel.db import epochs
from tests.compliance.consent.stage import WORDS, make_purpose, shown, subject_of
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


@pytest.fixture
def purpose(pia: User) -> Purpose:
    return make_purpose(pia)


def say(client: Client, purpose: Purpose, answer: str, **more: str) -> None:
    seen = shown(purpose)
    sent = {"answer": answer, "language": seen.language, "words": seen.words, "notice": seen.notice, **more}
    assert client.post(reverse("consent:choice", args=[purpose.slug]), sent).status_code == 302


def state(user: User, purpose: Purpose) -> State:
    return queries.state(subject_of(user), purpose, clock.now())


def test_yes_and_no_are_one_step_each(bob: User, purpose: Purpose) -> None:
    client = signed_in(bob)
    assert WORDS.label in client.get(reverse("consent:choices")).content.decode()
    say(client, purpose, "yes")
    assert state(bob, purpose) is State.GIVEN
    say(client, purpose, "no")
    assert state(bob, purpose) is State.WITHDRAWN


def test_words_that_are_not_in_force_count_for_nothing(bob: User, purpose: Purpose) -> None:
    client = signed_in(bob)
    say(client, purpose, "yes", words="f" * 64)
    assert state(bob, purpose) is State.NONE
    assert "The words have changed" in client.get(reverse("consent:choices")).content.decode()


def test_a_stranger_is_asked_for_a_link(client: Client, purpose: Purpose) -> None:
    answer = client.get(reverse("consent:choices"))
    assert answer.status_code in {302, 303, 401, 403}
    assert WORDS.label not in answer.content.decode()


def test_a_browser_s_signal_is_heard_on_the_page(bob: User, pia: User) -> None:
    sharing = make_purpose(pia, slug="ads", use="sharing")
    shown_page = signed_in(bob).get(reverse("consent:choices"), headers={"Sec-GPC": "1"}).content.decode()
    assert "We heard it" in shown_page
    assert state(bob, sharing) is State.WITHDRAWN


def test_a_receipt_pins_the_words_and_is_for_its_person_only(bob: User, charlie: User, purpose: Purpose) -> None:
    client = signed_in(bob)
    say(client, purpose, "yes")
    url = reverse("consent:receipt", args=[Record.objects.get().id])
    assert f"<b>Yes: {WORDS.label}</b>" in client.get(reverse("consent:choices")).content.decode()
    with zipfile.ZipFile(io.BytesIO(client.get(url).content)) as bundle:
        names = bundle.namelist()
        receipt = json.loads(bundle.read(next(name for name in names if name.endswith("receipt.json"))))
        words = json.loads(bundle.read(next(name for name in names if name.endswith("purpose.json"))))
    assert {"manifest.json", "signature.json", "verify.py"} <= {name.rsplit("/", 1)[-1] for name in names}
    pinned = receipt["processing"]["purposes"][0]["text_sha256"]
    assert pinned == words_digest("improve", "en", WORDS)
    assert words["label"] == WORDS.label
    assert receipt["header"]["pii_principal_id"] == str(subject_of(bob))
    assert "example.test" not in json.dumps(receipt)
    assert signed_in(charlie).get(url).status_code == 404
