"""My data in a chat: receipts that verify without the panel, what was kept since when, and who read it."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from accounts.people.models import User
from assistants.catalog.services import purposes
from assistants.chat.models import Setting
from assistants.conversations.models import Call
from assistants.conversations.services import keeping
from compliance.consent.models import Purpose, Record
from panel.journal.verifiers.verify import Refused, verify
from panel.kernel import clock
from panel.kernel.db import epochs
from tests.assistants.catalog.stage import CONSOLE
from tests.assistants.chat.stage import at, come_in, said, session, text
from tests.assistants.chat.test_own import setting
from tests.compliance.consent.stage import WORDS, fresh, make_purpose

__all__ = ["setting"]
pytestmark = pytest.mark.django_db
READ = "When somebody read what you said"


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


@pytest.fixture
def purpose(pia: User, setting: Setting) -> Purpose:
    made = make_purpose(pia)
    purposes.bind(actor=CONSOLE, assistant=setting.assistant, purpose_id=made.id, at=clock.now())
    return made


@pytest.fixture
def client(purpose: Purpose) -> Client:
    made = Client()
    come_in(made, **{purpose.slug: "on"})
    return made


def receipt(client: Client) -> bytes:
    return bytes(client.get(at("receipt", Record.objects.get().id)).content)


def test_a_receipt_of_a_visitor_without_a_name_verifies_and_pins_the_words(client: Client, tmp_path: Any) -> None:
    assert at("receipt", Record.objects.get().id) in text(client.get(at("data")))
    path = tmp_path / "receipt.zip"
    path.write_bytes(receipt(client))
    verify(path)
    with zipfile.ZipFile(path) as bundle:
        told, words = (json.loads(bundle.read(name)) for name in ("receipt.json", "purpose.json"))
    assert told["header"]["pii_principal_id"] == str(session().subject_id)
    assert words["label"] == WORDS.label


def test_one_flipped_bit_is_named(client: Client, tmp_path: Any) -> None:
    data = receipt(client)
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        names = [one.filename for one in bundle.infolist()]
        starts = [one.header_offset + 30 + len(one.filename) for one in bundle.infolist()]
    for name, place in zip(names, starts, strict=True):
        path = tmp_path / "bad.zip"
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(Refused, match=name.replace(".", r"\.")):
            verify(path)


def test_nobody_else_gets_it(client: Client, purpose: Purpose) -> None:
    address = at("receipt", Record.objects.get().id)
    other = Client()
    assert other.get(address).status_code == 404
    come_in(other, **{purpose.slug: "on"})
    assert other.get(address).status_code == 404


def test_it_says_what_was_kept_and_when_somebody_read_it(client: Client, setting: Setting, pia: User) -> None:
    turn = said(client, "My order is late", "Soon")
    page = text(client.get(at("data")))
    assert "Every word" in page
    assert READ not in page
    call = Call.objects.get(id=turn.id)
    keeping.reveal(
        actor=fresh(pia), call=call, assistant=setting.assistant, reason="Incident 31: a complaint", at=clock.now()
    )
    page = text(client.get(at("data")))
    assert READ in page
    assert "Incident 31" not in page
    stranger = Client()
    assert READ not in text(stranger.get(at("data")))


def test_where_the_policy_says_not_to_tell_it_is_not_told(client: Client, setting: Setting, pia: User) -> None:
    turn = said(client, "My order is late", "Soon")
    keeping.reveal(
        actor=fresh(pia), call=Call.objects.get(id=turn.id), assistant=setting.assistant, reason="Incident 32: a case",
        at=clock.now(),
    )  # fmt: skip
    purposes.settle(actor=CONSOLE, assistant=setting.assistant, keep="full", told=False, at=clock.now())
    assert READ not in text(client.get(at("data")))
