"""One public id, two secrets for a while."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.access.rules import Role
from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.services import keys, rotation
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Forbidden, Invalid, NeedsFreshFactor
from tests.accounts.credentials.making import fresh, issue, manage
from tests.factories.people import actor_of, make_person, signed_in

pytestmark = pytest.mark.django_db


def opens(token: str, at: datetime) -> bool:
    return queries.actor_of(token, at, "") is not None


class TestOverlap:
    def test_both_secrets_work_under_one_public_id_until_the_chosen_moment(self, alice: User) -> None:
        old, at = manage(fresh(alice), "manage:credentials"), clock.now()
        new = rotation.rotate(actor=fresh(alice), key=old.key, at=at, old_until=at + timedelta(days=7))
        assert new.key.id == old.key.id
        assert tokens.parse(new.token) == tokens.parse(old.token)
        assert ApiKey.objects.count() == 1
        assert opens(old.token, at)
        assert opens(new.token, at)
        late = at + timedelta(days=7)
        assert not opens(old.token, late)
        assert opens(new.token, late)
        assert Leaf.objects.filter(event="credentials.key.rotated").count() == 1

    def test_a_new_secret_begins_a_life_as_long_as_the_first(self, alice: User, assistant: Any) -> None:
        at = clock.now()
        old = issue(fresh(alice), assistant, expires_at=at + timedelta(days=30), at=at)
        later = at + timedelta(days=20)
        new = rotation.rotate(actor=fresh(alice), key=old.key, at=later)
        assert new.key.expires_at == later + timedelta(days=30)
        assert new.key.previous_until == later + timedelta(hours=24)

    def test_the_old_secret_never_outlives_its_own_end(self, alice: User, assistant: Any) -> None:
        at = clock.now()
        old = issue(fresh(alice), assistant, expires_at=at + timedelta(hours=2), at=at)
        new = rotation.rotate(actor=fresh(alice), key=old.key, at=at, old_until=at + timedelta(days=3))
        assert new.key.previous_until == at + timedelta(hours=2)

    @pytest.mark.parametrize("hours", [-1, 7 * 24 + 1])
    def test_seven_days_are_the_most(self, alice: User, assistant: Any, hours: int) -> None:
        old, at = issue(fresh(alice), assistant), clock.now()
        with pytest.raises(Invalid, match="seven days"):
            rotation.rotate(actor=fresh(alice), key=old.key, at=at, old_until=at + timedelta(hours=hours))

    def test_the_old_secret_is_ended_early_and_for_good(self, alice: User) -> None:
        old, at = manage(fresh(alice), "manage:credentials"), clock.now()
        new = rotation.rotate(actor=fresh(alice), key=old.key, at=at)
        before = new.key.epoch
        rotation.end_previous(actor=fresh(alice), key=new.key, at=at)
        row = ApiKey.objects.get()
        assert not opens(old.token, at)
        assert opens(new.token, at)
        assert row.epoch > before
        rotation.end_previous(actor=fresh(alice), key=row, at=at)
        assert Leaf.objects.filter(event="credentials.key.old_secret_ended").count() == 1

    def test_nothing_but_hashes_of_either_secret_is_stored(self, alice: User, assistant: Any) -> None:
        old = issue(fresh(alice), assistant)
        new = rotation.rotate(actor=fresh(alice), key=old.key, at=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(k::text, '') FROM credentials_apikey k")
            stored = cursor.fetchone()[0]
        for token in (old.token, new.token):
            assert token[18:61] not in stored


class TestWho:
    def test_nobody_else_rotates_a_key_and_so_gets_to_act_as_its_owner(self, alice: User) -> None:
        issued = manage(fresh(alice), "credentials.use")
        adam = make_person("adam", role=Role.ADMINISTRATOR)
        with pytest.raises(Forbidden, match="Only its owner"):
            rotation.rotate(actor=fresh(adam), key=issued.key, at=clock.now())
        with pytest.raises(NeedsFreshFactor):
            rotation.rotate(actor=actor_of(alice), key=issued.key, at=clock.now())
        assert signed_in(adam).post(f"/keys/{issued.key.id}/rotation/", {"hours": "24"}).status_code == 403

    def test_not_while_an_old_secret_still_works_or_after_the_end(self, alice: User, assistant: Any) -> None:
        issued, at = issue(fresh(alice), assistant), clock.now()
        rotation.rotate(actor=fresh(alice), key=issued.key, at=at)
        with pytest.raises(keys.NotActive, match="still works"):
            rotation.rotate(actor=fresh(alice), key=issued.key, at=at)
        keys.revoke(actor=fresh(alice), key=issued.key, at=at)
        with pytest.raises(keys.NotActive, match="does not work any more"):
            rotation.rotate(actor=fresh(alice), key=issued.key, at=at)


def test_the_page_shows_the_new_secret_once_and_both_afterwards(alice: User, assistant: Any) -> None:
    issued, client = issue(fresh(alice), assistant), signed_in(alice)
    page = f"/keys/{issued.key.id}/"
    assert "For seven days" in client.get(f"{page}rotation/").content.decode()
    text = client.post(f"{page}rotation/", {"hours": "24"}).content.decode()
    (token,) = set(tokens.find(text))
    assert token != issued.token
    assert tokens.parse(token) == tokens.parse(issued.token)
    shown = client.get(page).content.decode()
    assert "Both secrets work" in shown
    assert not tokens.find(shown)
    client.post(f"{page}old-secret/")
    assert "Both secrets work" not in client.get(page).content.decode()


def test_the_api_rotates_and_ends_the_old_secret(alice: User, assistant: Any) -> None:
    issued, client = issue(fresh(alice), assistant), signed_in(alice)
    url = f"/api/v1/keys/{issued.key.id}/rotation/"
    made = client.post(url, {}, content_type="application/json").json()
    assert tokens.parse(made["key"]) == tokens.parse(issued.token)
    assert made["previous_until"]
    assert client.post(url, {}, content_type="application/json").status_code == 409
    assert client.delete(url).status_code == 200
    assert client.post(url, {}, content_type="application/json").status_code == 201


def test_a_management_key_is_told_why_it_cannot_rotate_itself(alice: User, client: Any) -> None:
    issued = manage(fresh(alice), "manage:credentials")
    headers = {"Authorization": f"Bearer {issued.token}"}
    refused = client.post(
        f"/api/v1/keys/{issued.key.id}/rotation/", {}, content_type="application/json", headers=headers
    )
    assert refused.status_code == 403
    assert "No key carries the right" in refused.content.decode()


def _at_once(*acts: Callable[[], object]) -> list[object]:
    found: list[object] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            with transaction.atomic():
                found.append(act())
        except keys.NotActive as refusal:
            found.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_rotations_at_once_one_wins_and_its_secret_and_the_old_one_work(alice: User) -> None:
    for _round in range(20):
        old, at = manage(fresh(alice), "manage:credentials"), clock.now()
        found = _at_once(*[lambda: rotation.rotate(actor=fresh(alice), key=old.key, at=at)] * 4)  # noqa: B023 - run in this round
        won = [one for one in found if isinstance(one, keys.Issued)]
        assert len(won) == 1
        assert opens(old.token, at)
        assert opens(won[0].token, at)
