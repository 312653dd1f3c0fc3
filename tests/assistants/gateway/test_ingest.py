"""From the inbox into statistics and sealed content, once each, whatever is delivered twice."""

import base64
from datetime import timedelta
from uuid import UUID

import orjson
import pytest

from accounts.people.models import User
from assistants.conversations.models import Call, CallContent
from assistants.gateway import services
from assistants.gateway.models import ContentKey, Inbox
from panel.kernel import clock, ids
from panel.kernel.crypto import envelope, keyring
from panel.kernel.models import DataKey
from tests.assistants.gateway.world import make_key

pytestmark = pytest.mark.django_db


def record(call: UUID, **changes: object) -> bytes:
    return orjson.dumps(
        {
            "kind": "call",
            "id": call.hex,
            "at": ids.moment_of(call).isoformat(),
            "route": "/v1/chat/completions",
            "source": "api",
            "key": ids.new_id().hex,
            "assistant": ids.new_id().hex,
            "version": None,
            "provider": None,
            "model": "m",
            "policy": "",
            "subject": "ab" * 32,
            "stream": False,
            "status": 200,
            "error": "",
            "upstream_status": 200,
            "action": "allow",
            "verdicts": [],
            "verdicts_left_out": 0,
            "stages": [["provider", 10, 20, 10]],
            "tokens": [3, 4, False],
            "bytes": [10, 20],
            "ttft": 100,
            "total": 200,
            **changes,
        }
    )


def deliver(data: bytes) -> None:
    Inbox.objects.create(id=ids.new_id(), received_at=clock.now(), frame=data)


def test_a_call_that_is_delivered_twice_is_kept_once() -> None:
    call = ids.new_id()
    deliver(record(call))
    deliver(record(call))
    services.ingest()
    deliver(record(call))
    services.ingest()
    assert Call.objects.filter(id=call).count() == 1
    assert not Inbox.objects.exists()


def test_a_record_of_an_old_spool_gets_its_partition() -> None:
    call = ids.new_id(clock.now() - timedelta(days=200))
    deliver(record(call))
    services.ingest()
    assert Call.objects.get(id=call).total_us == 200


def test_a_frame_that_cannot_be_read_stays_and_the_others_go_through() -> None:
    call = ids.new_id()
    deliver(b"\x00 not json")
    deliver(record(call))
    services.ingest()
    assert Inbox.objects.get().failed
    assert Call.objects.filter(id=call).exists()


def test_content_is_under_the_key_of_subject_and_assistant() -> None:
    call, assistant = ids.new_id(), ids.new_id()
    sealed = base64.b64encode(envelope.seal_to(services.ensure_content_key(), b"what was said", call.bytes)).decode()
    deliver(record(call, assistant=assistant.hex, content=sealed))
    services.ingest()
    row = CallContent.objects.get(id=call)
    key = DataKey.objects.get(id=envelope.key_id_of(bytes(row.sealed)))
    subject = Call.objects.get(id=call).subject
    assert (key.owner, key.second_owner, key.ring) == (subject, assistant, "content")
    opened = keyring.open_sealed(bytes(row.sealed), table="conversations_callcontent", column="sealed", row=call)
    assert opened == b"what was said"
    assert Call.objects.get(id=call).stored == "standard"


def test_destroying_the_key_erases_what_was_said() -> None:
    call = ids.new_id()
    sealed = base64.b64encode(envelope.seal_to(services.ensure_content_key(), b"x", call.bytes)).decode()
    deliver(record(call, content=sealed))
    services.ingest()
    subject = Call.objects.get(id=call).subject
    assert subject is not None
    keyring.destroy(owner=subject)
    with pytest.raises(keyring.KeyGone):
        keyring.open_sealed(
            bytes(CallContent.objects.get(id=call).sealed), table="conversations_callcontent", column="sealed", row=call
        )


def test_content_that_was_moved_to_another_call_is_refused() -> None:
    call = ids.new_id()
    sealed = base64.b64encode(envelope.seal_to(services.ensure_content_key(), b"x", ids.new_id().bytes)).decode()
    deliver(record(call, content=sealed))
    services.ingest()
    assert Inbox.objects.get().failed
    assert not Call.objects.filter(id=call).exists()


def test_the_content_key_is_made_once_and_its_private_half_is_sealed() -> None:
    public = services.ensure_content_key()
    assert services.ensure_content_key() == public
    row = ContentKey.objects.get()
    assert envelope.key_id_of(bytes(row.private)) == keyring.named("spool")


def test_an_end_user_is_one_subject_within_an_assistant_and_a_key_is_one_without() -> None:
    assistant, key = ids.new_id().hex, ids.new_id().hex
    calls = [ids.new_id() for _ in range(5)]
    deliver(record(calls[0], assistant=assistant, key=key))
    deliver(record(calls[1], assistant=assistant, key=key))
    deliver(record(calls[2], assistant=ids.new_id().hex, key=key))
    deliver(record(calls[3], assistant=assistant, key=key, subject=""))
    deliver(record(calls[4], assistant=None, key=key, subject=""))
    services.ingest()
    found = [Call.objects.get(id=call).subject for call in calls]
    assert found[0] == found[1]
    assert found[3] == found[4]
    assert len(set(found)) == 3


def refusal(call: UUID, count: int, *, final: bool) -> bytes:
    return orjson.dumps(
        {
            "kind": "refusal",
            "id": call.hex,
            "at": ids.moment_of(call).isoformat(),
            "route": "/v1/chat/completions",
            "error": "invalid_api_key",
            "address": "ab" * 8,
            "count": count,
            "final": final,
        }
    )


def test_refusals_of_a_minute_are_one_row_with_the_highest_count() -> None:
    call = ids.new_id()
    deliver(refusal(call, 1, final=False))
    services.ingest()
    deliver(refusal(call, 7, final=False))
    services.ingest()
    deliver(refusal(call, 3, final=False))
    services.ingest()
    assert Call.objects.get(id=call).count == 7


@pytest.mark.django_db(transaction=True)
def test_a_minute_that_is_over_is_journalled_with_its_count(owner) -> None:  # type: ignore[no-untyped-def]
    deliver(refusal(ids.new_id(), 9, final=True))
    services.ingest()
    assert owner.execute("SELECT reason, count FROM journal_refusal").fetchall() == [("invalid_api_key", 9)]


def test_a_keys_last_day_of_use_follows_its_calls(alice: User) -> None:
    key, _ = make_key(alice)
    deliver(record(ids.new_id(), key=key.id.hex))
    deliver(record(ids.new_id(clock.now() - timedelta(days=3)), key=key.id.hex))
    services.ingest()
    key.refresh_from_db()
    assert key.last_used_on == clock.now().date()
