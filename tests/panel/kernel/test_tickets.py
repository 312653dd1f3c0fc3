import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.kernel import ids, tickets
from panel.kernel.tickets import Ticket, TicketError

KEY = b"k" * 32


def _ticket() -> Ticket:
    return Ticket("playground", ids.new_id(), ids.new_id(), {"version": "abc"})


def test_a_signed_ticket_gives_its_claims_back() -> None:
    made = _ticket()
    read = tickets.verify(KEY, tickets.sign(KEY, made), "playground")
    assert (read.actor_id, read.object_id, read.detail) == (made.actor_id, made.object_id, made.detail)
    assert read.nonce


def test_two_tickets_for_the_same_stream_have_two_nonces() -> None:
    made = _ticket()
    nonces = {tickets.verify(KEY, tickets.sign(KEY, made), "playground").nonce for _ in range(2)}
    assert len(nonces) == 2


def test_a_ticket_ends_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = tickets.sign(KEY, _ticket())
    later = time.time() + tickets.LIFE_SECONDS + 2
    monkeypatch.setattr("panel.kernel.tickets.time.time", lambda: later)
    with pytest.raises(TicketError, match="expired"):
        tickets.verify(KEY, signed, "playground")


def test_another_key_another_audience_and_an_altered_claim_are_refused() -> None:
    signed = tickets.sign(KEY, _ticket())
    body, _, tag = signed.partition(".")
    forged = (
        base64.urlsafe_b64encode(base64.urlsafe_b64decode(body + "==").replace(b"abc", b"abd")).rstrip(b"=").decode()
    )
    for key, text, audience in (
        (b"x" * 32, signed, "playground"),
        (KEY, signed, "chat"),
        (KEY, f"{forged}.{tag}", "playground"),
    ):
        with pytest.raises(TicketError):
            tickets.verify(key, text, audience)


@given(st.text(max_size=200))
def test_any_other_text_raises_one_kind_of_error(text: str) -> None:
    with pytest.raises(TicketError):
        tickets.verify(KEY, text, "playground")
