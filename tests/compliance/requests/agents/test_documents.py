"""The document of an agent: one PDF or picture by its content, sealed, for officers alone, and gone with the request."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.people.models import User
from compliance.requests.models import Document, Request
from compliance.requests.rules import documents
from compliance.requests.services import asking, tending
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from tests.compliance.requests.agents.test_agents import GIVEN, NEW
from tests.compliance.requests.stage import CANARY, EMAIL, approved, in_work, run, visitor
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + CANARY.encode() + b"\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 40 + b"\xff\xd9"


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def hand_in(client: Client, data: bytes, name: str = "mandate.pdf", **more: str) -> int:
    file = SimpleUploadedFile(name, data, "application/pdf")
    return client.post(NEW, {"kind": "deletion", "email": EMAIL, **GIVEN, **more, "document": file}).status_code


@pytest.mark.parametrize(("data", "kind"), [(PDF, "pdf"), (PNG, "png"), (JPEG, "jpeg")])
def test_what_it_is_follows_from_its_content(client: Client, data: bytes, kind: str) -> None:
    assert hand_in(client, data, "anything.txt") == 200
    assert Document.objects.get().kind == kind


@pytest.mark.parametrize(
    "data",
    [b"<script>alert(1)</script>", b"%PDF-1.7 cut off", b"GIF89a", b"x" + PDF, PDF + b"0" * (documents.MOST + 1)],
)
def test_anything_else_is_refused_at_its_field_and_makes_no_row(client: Client, data: bytes) -> None:
    assert hand_in(client, data) == 422
    assert not Request.objects.exists()


def test_a_document_needs_an_agent(client: Client) -> None:
    assert hand_in(client, PDF, agent="", agent_contact="", mandate="") == 422


def test_it_is_sealed_and_only_officers_open_it_and_each_time_is_written_down(
    client: Client, pia: User, olga: User
) -> None:
    hand_in(client, PDF, "Vera Canary, divorce.pdf")
    row = Request.objects.get()
    assert CANARY.encode() not in bytes(Document.objects.get().sealed)
    page, file = f"/requests/{row.id}/", f"/requests/{row.id}/document/"
    officer = signed_in(pia)
    assert "Open the document (PDF" in officer.get(page).content.decode()
    assert "Open the document" not in signed_in(olga).get(page).content.decode()
    assert (signed_in(olga).post(file).status_code, client.post(file).status_code) == (403, 302)
    assert officer.get(file).status_code == 302, "a look opens nothing"
    assert not Leaf.objects.filter(event="requests.request.document_read").exists()
    answer = officer.post(file)
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="mandate-{row.code}.pdf"'
    assert Leaf.objects.filter(event="requests.request.document_read").count() == 1


def test_staff_enters_a_letter_with_it(pia: User) -> None:
    visitor()
    given = {
        "kind": "deletion", "source": "agent", "received_at": "2026-11-02T09:00", "regime": "gdpr", "email": EMAIL,
        "identifier": EMAIL, "checked": "Signature compared with the contract.", **GIVEN,
        "document": SimpleUploadedFile("scan.jpg", JPEG),
    }  # fmt: skip
    assert signed_in(pia).post("/requests/new/", given).status_code == 302
    assert Document.objects.get().request.agent == GIVEN["agent"]
    assert (
        signed_in(pia).post("/requests/new/", {**given, "document": SimpleUploadedFile("a.pdf", b"no")}).status_code
        == 422
    )


def test_it_goes_with_the_erasure_and_its_key(client: Client, pia: User, adam: User) -> None:
    hand_in(client, PDF)
    row, mine = Request.objects.get(), visitor()
    sealed = bytes(Document.objects.get().sealed)
    asking.confirm(visitor=mine, request=row, at=clock.now())
    row = approved(in_work(mine, "deletion", pia), pia, adam)
    assert run("requests.erase", row).state == "done"
    assert not Document.objects.exists()
    with pytest.raises(keyring.KeyGone):
        keyring.open_sealed(sealed, table="requests_document", column="sealed", row=row.id)


def test_what_is_never_proven_keeps_none(client: Client) -> None:
    hand_in(client, PDF)
    tending.tend(at=clock.now() + timedelta(days=15))
    assert not Document.objects.exists()
