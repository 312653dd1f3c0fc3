"""What a view refuses behind the doors is journalled too, once, after the attempt's transaction."""

from typing import Any

import pytest
from django.db import transaction

from accounts.people.models import User
from compliance.auditing import queries
from panel.journal.models import Leaf
from panel.journal.rules import leaf as format1
from panel.kernel import ids
from panel.kernel.errors import Forbidden, NeedsFreshFactor, Refusal
from panel.ui import cards
from tests.compliance.auditing.browsing import (
    Browse,
    browse_fixture,  # noqa: F401
    note,
    things_fixture,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("things")]


def refusals() -> list[Any]:
    return [format1.parse(bytes(row.data)) for row in Leaf.objects.filter(event="access.refused").order_by("id")]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the views that look for an entry refuse it, in the middle of a transaction."""

    def with_(refusal: Refusal) -> None:
        def entry(_: Any) -> None:
            with transaction.atomic():
                note()
                raise refusal

        monkeypatch.setattr(queries, "entry", entry)

    return with_


@pytest.mark.parametrize(
    ("path", "route"), [("/journal/", "auditing:entry"), ("/api/v1/journal/entries/", "auditing:api-entry")]
)
def test_a_refusal_on_one_object_is_journalled_once(
    browse: Browse, olga: User, refuse: Any, path: str, route: str
) -> None:
    refuse(Forbidden("No.", permit="test.see"))
    assert browse(olga).get(f"{path}{ids.new_id()}/").status_code == 403
    (found,) = refusals()
    assert (found.actor, found.detail) == (("person", olga.id), {"route": route, "reason": "test.see"})
    assert not Leaf.objects.filter(event="test.thing.done").exists()


@pytest.mark.parametrize("path", ["/journal/", "/api/v1/journal/entries/"])
def test_a_factor_that_is_asked_for_is_no_refusal(browse: Browse, olga: User, refuse: Any, path: str) -> None:
    refuse(NeedsFreshFactor("Prove it."))
    browse(olga).get(f"{path}{ids.new_id()}/")
    assert refusals() == []


@pytest.mark.parametrize("path", ["/journal/", "/api/v1/journal/entries/"])
def test_what_does_not_exist_is_no_refusal(browse: Browse, olga: User, path: str) -> None:
    assert browse(olga).get(f"{path}{ids.new_id()}/").status_code == 404
    assert refusals() == []


@pytest.mark.parametrize("path", ["/journal/", "/api/v1/journal/entries/"])
def test_the_doors_own_refusal_is_journalled_once(browse: Browse, bob: User, path: str) -> None:
    assert browse(bob).get(path).status_code == 403
    (found,) = refusals()
    assert found.detail["reason"] == "auditing.view"


def test_the_front_page_says_whether_the_journal_is_sealed(browse: Browse, olga: User) -> None:
    assert any(source == "auditing" for source in cards._sources)
    assert "Journal" in browse(olga).get("/").content.decode()
