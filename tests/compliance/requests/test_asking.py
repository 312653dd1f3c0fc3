"""Asking: proven by a letter or a session, without telling anybody who is known here; and what officers do with it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from compliance.consent import queries as consents
from compliance.requests.models import Message as Said
from compliance.requests.models import Request
from compliance.requests.queries import clocks, reading
from compliance.requests.rules.states import State
from compliance.requests.rules.wishes import Wish
from compliance.requests.services import asking, effects, settling, tending, working
from compliance.requests.services.asking import Entered
from compliance.subjects.models import Subject, SubjectSession
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid, NeedsFreshFactor
from panel.outbound.models import Message
from tests.compliance.consent.stage import give, make_purpose
from tests.compliance.consent.stage import subject_of as account_subject
from tests.compliance.requests.stage import EMAIL, account, asked, fresh, in_work, visitor
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
LINK = re.compile(r"(/privacy/link/[A-Za-z0-9_-]{43}/)\?next=(\S+)")
NEW = "/privacy/requests/new/"


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


def letter() -> tuple[str, str]:
    found = LINK.search(Message.objects.order_by("-id")[0].content["text"])
    assert found
    return found[1], found[2]


class TestByMail:
    def ask(self, client: Client, email: str = EMAIL, kind: str = "deletion", **more: str) -> str:
        answer = client.post(NEW, {"kind": kind, "email": email, "words": "All of it", **more})
        assert answer.status_code == 200, answer.content.decode()[-2000:]
        return str(answer.content.decode())

    def test_nobody_is_proven_until_the_button_is_pressed(self, client: Client) -> None:
        self.ask(client)
        row = Request.objects.get()
        assert (row.state, row.subject_id, row.contact) == (State.VERIFYING, None, EMAIL)
        link, onward = letter()
        for _ in range(3):
            client.get(f"{link}?next={onward}")
        assert SubjectSession.objects.count() == Subject.objects.count() == 0
        opened = client.post(f"{link}?next={onward}")
        assert opened["Location"].endswith(f"/privacy/requests/{row.id}/")
        assert "Yes, I asked this" in client.get(opened["Location"]).content.decode()
        assert Request.objects.get().state == State.VERIFYING
        client.post(f"/privacy/requests/{row.id}/confirmation/")
        row.refresh_from_db()
        assert (row.state, row.contact_index, row.proof) == (State.VERIFIED, None, "email_link")
        assert row.received_at < row.events.get(what="verified").at

    def test_known_and_unknown_addresses_get_the_same_answer(self, client: Client) -> None:
        visitor()
        known, unknown = self.ask(client), self.ask(client, "nobody@example.org")
        hide = re.compile(r'value="[A-Za-z0-9]{64}"|nonce="[^"]*"')
        assert hide.sub("", known) == hide.sub("", unknown)

    def test_a_flood_makes_three_rows_and_three_letters(self, client: Client) -> None:
        for _ in range(6):
            self.ask(client)
        assert Request.objects.count() == Message.objects.count() == 3
        for number in range(5):
            client.post(NEW, {"kind": "access", "email": f"a{number}@example.org"})
        assert client.post(NEW, {"kind": "access", "email": "b@example.org"}).status_code == 429

    def test_somebody_else_s_session_does_not_confirm(self, client: Client) -> None:
        self.ask(client)
        with pytest.raises(Forbidden):
            asking.confirm(visitor=visitor("otto@example.org"), request=Request.objects.get(), at=clock.now())

    def test_an_opt_out_needs_no_proof(self, client: Client) -> None:
        self.ask(client, kind="opt_out", regime="ccpa")
        row = Request.objects.get()
        assert (row.state, row.subject_id is not None) == (State.VERIFIED, True)

    def test_what_is_never_proven_lapses_and_keeps_no_address(self, client: Client) -> None:
        self.ask(client)
        tending.tend(at=clock.now() + timedelta(days=15))
        row = Request.objects.get()
        assert (row.state, row.contact_index) == (State.LAPSED, None)
        assert reading.opened(row, "contact") == reading.GONE

    @pytest.mark.parametrize(
        "sent",
        [{"kind": "everything"}, {"email": "no address"}, {"words": "x" * 5000}, {"regime": "none"}, {"kind": ""}],
    )
    def test_what_cannot_be_used_makes_no_row(self, client: Client, sent: dict[str, str]) -> None:
        assert client.post(NEW, {"kind": "access", "email": EMAIL, **sent}).status_code == 422
        assert not Request.objects.exists()


class TestSignedIn:
    def test_a_page_asks_and_tracks(self, bob: User) -> None:
        client = signed_in(bob)
        made = client.post(NEW, {"kind": "export", "words": "<b>mine</b>"})
        page = client.get(made["Location"]).content.decode()
        assert "We know that it is you" in page
        assert "GDPR Art. 12(3): 1 month from receipt" in page
        assert client.get("/privacy/requests/").status_code == 200

    def test_deleting_needs_a_fresh_factor_and_an_objection_does_not(self, bob: User) -> None:
        stale = Actor("person", bob.id, fresh_at=timezone.now() - timedelta(hours=1))
        with pytest.raises(NeedsFreshFactor):
            asking.ask(actor=stale, visitor=account(bob), wish=Wish("deletion"), at=clock.now())
        assert asking.ask(actor=stale, visitor=account(bob), wish=Wish("objection"), at=clock.now()).number == 1

    def test_the_same_again_is_one_request_with_both_words(self, bob: User) -> None:
        first, second = asked(account(bob), "access", words="One"), asked(account(bob), "access", words="Two")
        assert first.id == second.id
        assert [text for _one, text in reading.messages(first, notes=False)] == ["Two"]

    def test_nobody_reads_another_s_request(self, bob: User, charlie: User) -> None:
        row = asked(account(bob), "access")
        client = signed_in(charlie)
        for part in ("", "copy/", "messages/", "withdrawal/"):
            assert client.post(f"/privacy/requests/{row.id}/{part}", {"text": "x"}).status_code in {404, 405}
        assert client.get(f"/privacy/requests/{row.id}/").status_code == 404


class TestOfficers:
    def test_a_letter_counts_from_the_day_it_came(self, pia: User) -> None:
        got = datetime(2027, 1, 31, 9, tzinfo=UTC)
        entered = Entered("letter", got, "ada@example.org")
        row = asking.enter(actor=fresh(pia), wish=Wish("access"), entered=entered, at=got + timedelta(days=3))
        assert (row.state, row.due_on.isoformat()) == (State.RECEIVED, "2027-03-01")
        with pytest.raises(Invalid):
            asking.enter(actor=fresh(pia), wish=Wish("access"), entered=entered, at=got - timedelta(days=1))

    def test_real_doubt_stops_the_clock_of_the_gdpr_only(self, pia: User) -> None:
        at = datetime(2026, 11, 12, 9, tzinfo=UTC)
        entered = Entered("letter", at, EMAIL)
        row = asking.enter(actor=fresh(pia), wish=Wish("access"), entered=entered, at=at)
        working.challenge(actor=fresh(pia), request=row, doubt="Two people share this name", address="::1", at=at)
        later = at + timedelta(days=6)
        asking.confirm(visitor=visitor(), request=row, at=later)
        row.refresh_from_db()
        assert (row.paused_days, row.due_on.isoformat()) == (6, "2026-12-18")
        other = asking.enter(actor=fresh(pia), wish=Wish("deletion", regime="ccpa"), entered=entered, at=at)
        with pytest.raises(Invalid, match="never stands"):
            working.challenge(actor=fresh(pia), request=other, doubt="Two people share it", address="::1", at=at)

    def test_an_extension_is_once_in_time_and_told(self, pia: User) -> None:
        row = in_work(visitor(), "access", pia)
        first = row.due_on
        working.extend(actor=fresh(pia), request=row, reason="Many systems to look into", at=clock.now())
        row.refresh_from_db()
        assert row.due_on > first
        assert "Many systems" in Message.objects.order_by("-id")[0].content["text"]
        with pytest.raises(working.NotExtendable):
            working.extend(actor=fresh(pia), request=row, reason="Still many systems", at=clock.now())
        late = in_work(visitor("otto@example.org"), "access", pia)
        with pytest.raises(working.NotExtendable, match="before"):
            working.extend(
                actor=fresh(pia), request=late, reason="Too late for it", at=clock.now() + timedelta(days=40)
            )

    def test_a_denial_names_ground_and_complaint_and_can_be_appealed_once(self, pia: User) -> None:
        mine = visitor()
        row = in_work(mine, "deletion", pia)
        with pytest.raises(Invalid):
            working.deny(actor=fresh(pia), request=row, ground="no", reason="Because of reasons", at=clock.now())
        working.deny(actor=fresh(pia), request=row, ground="legal_claims", reason="There is a case", at=clock.now())
        text = Message.objects.order_by("-id")[0].content["text"]
        assert "17(3)(e)" in text
        assert "complain to a data protection authority" in text
        working.appeal(visitor=mine, request=row, text="There is none", at=clock.now())
        again = Request.objects.get()
        assert (again.state, again.assignee, again.ground) == (State.WORKING, None, "")
        working.deny(actor=fresh(pia), request=again, ground="legal_claims", reason="There still is", at=clock.now())
        with pytest.raises(Conflict):
            working.appeal(visitor=mine, request=again, text="Really?", at=clock.now())

    def test_two_for_the_same_are_one_with_the_earlier_date(self, pia: User) -> None:
        mine = visitor()
        first = asked(mine, "access")
        entered = Entered("letter", clock.now() - timedelta(days=5), EMAIL, EMAIL, "They read the mailbox")
        second = asking.enter(actor=fresh(pia), wish=Wish("access"), entered=entered, at=clock.now())
        first.refresh_from_db()
        assert (second.state, second.duplicate_of_id) == (State.LINKED, first.id)
        assert first.received_at == entered.received_at

    def test_an_objection_takes_every_consent_back(self, bob: User, pia: User) -> None:
        purpose = make_purpose(pia)
        give(bob, purpose)
        row = in_work(account(bob), "objection", pia)
        done = effects.carry_out(actor=fresh(pia), request=row, words="Done.", at=clock.now())
        assert done.state == State.FULFILLED
        assert consents.written(account_subject(bob), purpose) == "withdrawn"

    def test_reminders_come_once_per_step(self, pia: User) -> None:
        row = in_work(visitor(), "access", pia)
        for days in (7, 7, 3, 1, 1, -1, -2):
            at = datetime.combine(row.due_on, datetime.min.time(), UTC) - timedelta(days=days)
            tending.tend(at=at)
        told = list(row.events.filter(what="reminded").values_list("detail__step", flat=True))
        assert told == ["week", "days", "tomorrow", "late"]
        assert Message.objects.filter(template="request_due").count() == 4

    def test_a_holiday_moves_open_requests(self, pia: User) -> None:
        row = in_work(visitor(), "access", pia)
        settling.add_holiday(actor=fresh(pia), day=row.due_on, name="Founders’ day", at=clock.now())
        moved = Request.objects.get()
        assert moved.due_on > row.due_on
        assert clocks.due(moved, clock.now()).moved
        settling.remove_holiday(actor=fresh(pia), day=row.due_on, at=clock.now())
        assert Request.objects.get().due_on == row.due_on

    def test_an_auditor_sees_and_changes_nothing(self, olga: User, pia: User) -> None:
        row = in_work(visitor(), "access", pia)
        client = signed_in(olga)
        page = client.get(f"/requests/{row.id}/")
        assert page.status_code == 200
        assert "Please." not in page.content.decode()
        assert (
            client.post(f"/requests/{row.id}/denial/", {"ground": "unfounded", "reason": "x" * 20}).status_code == 403
        )

    def test_pages_of_a_request_open(self, pia: User, charlie: User) -> None:
        row = in_work(visitor(), "deletion", pia)
        client = signed_in(pia)
        for part in ("", "assignment/", "extension/", "denial/", "message/", "note/", "erasure/"):
            assert client.get(f"/requests/{row.id}/{part}").status_code == 200, part
        for path in ("/requests/", "/requests/new/", "/requests/deadlines/", "/requests/deadlines/gdpr/"):
            assert client.get(path).status_code == 200, path
            assert signed_in(charlie).get(path).status_code == 403
        assert client.post(f"/requests/{row.id}/note/", {"text": "Look at the archive"}).status_code == 302
        assert Said.objects.get(way="note").text == "Look at the archive"
