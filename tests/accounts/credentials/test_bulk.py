"""Several keys at once: asked first, done one by one, told what was not done."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.access.rules import Role
from accounts.credentials.models import ApiKey
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.ids import new_id
from tests.factories.people import make_person, signed_in

pytestmark = pytest.mark.django_db
URL = "/keys/revocations/"


def key_of(owner: User, name: str, **changes: Any) -> ApiKey:
    values = {
        "name": name, "kind": "gateway", "scopes": ["chat"], "owner_id": owner.id, "key_id": f"k{new_id().hex[-9:]}",
        "digest": new_id().bytes * 2, "expires_at": clock.now() + timedelta(days=9), "epoch": 0, "created_at": clock.now(),
    }  # fmt: skip
    return ApiKey.objects.create(**{**values, **changes})


def revoked() -> set[str]:
    return set(ApiKey.objects.filter(revoked_at__isnull=False).values_list("name", flat=True))


def test_it_asks_first_and_revokes_each_through_the_one_verb(alice: User) -> None:
    keys = [key_of(alice, name) for name in ("one", "two", "three")]
    client, picked = signed_in(alice), [str(key.id) for key in keys[:2]]
    asked = client.post(URL, {"row": picked, "back": "/keys/?state=active"})
    text = asked.content.decode()
    assert "<h1>Revoke 2 keys?</h1>" in text
    assert "Calls with these keys get 401" in text
    assert revoked() == set()
    done: Any = client.post(URL, {"row": picked, "back": "/keys/?state=active", "sure": "1"})
    assert (done.status_code, done["Location"]) == (302, "/keys/?state=active")
    assert revoked() == {"one", "two"}
    assert Leaf.objects.filter(event="credentials.key.revoked").count() == 2


def test_what_was_refused_is_named_with_its_reason_and_stays_picked(alice: User) -> None:
    both = make_person("dora", roles=(Role.AUDITOR, Role.DEVELOPER))
    own, foreign = key_of(both, "own"), key_of(alice, "foreign")
    answer = signed_in(both).post(URL, {"row": [str(own.id), str(foreign.id)], "sure": "1"})
    text = answer.content.decode()
    assert "<h1>1 was not done</h1>" in text
    assert "1 was done and stays so." in text
    assert f'value="{foreign.id}" checked' in text
    assert str(own.id) not in text
    assert "Revoke anybody" in text
    assert revoked() == {"own"}


@pytest.mark.parametrize("rows", [[], ["x"], [str(new_id())], ["' OR 1=1"]])
def test_what_is_no_key_of_mine_does_nothing(alice: User, charlie: User, rows: list[str]) -> None:
    hidden = key_of(charlie, "hidden")
    done: Any = signed_in(alice).post(
        URL, {"row": [*rows, str(hidden.id)], "sure": "1", "back": "https://evil.example/"}
    )
    assert (done.status_code, done["Location"]) == (302, "/keys/")
    assert revoked() == set()


def test_the_list_offers_boxes_for_what_can_be_ended_only(alice: User, olga: User) -> None:
    live = key_of(alice, "live")
    gone = key_of(alice, "gone", revoked_at=clock.now())
    text = signed_in(alice).get("/keys/?shown=all").content.decode()
    assert f'name="row" value="{live.id}" form="list-bulk"' in text
    assert f'name="row" value="{gone.id}"' not in text
    assert f'formaction="{URL}"' in text
    assert 'name="row"' not in signed_in(olga).get("/keys/").content.decode()
