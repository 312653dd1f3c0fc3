"""From an identifier to the opaque id that records carry."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from compliance.subjects import queries
from compliance.subjects.models import Subject, SubjectIdentifier
from compliance.subjects.rules import Kind, spelling
from compliance.subjects.services import naming as services
from compliance.subjects.services.naming import Name, subject_for
from panel.kernel import ids
from panel.kernel.crypto import keyring
from panel.kernel.errors import Invalid

KEY, ASSISTANT, OTHER = ids.new_id(), ids.new_id(), ids.new_id()


@given(st.text(), st.text())
def test_two_names_have_two_spellings(one: str, other: str) -> None:
    assert (spelling(one, None) == spelling(other, None)) == (one == other)
    assert spelling(one, ASSISTANT) != spelling(one, OTHER)
    assert spelling(one, ASSISTANT).casefold() == spelling(one, ASSISTANT)


@pytest.mark.django_db
class TestSubjectFor:
    def test_the_same_name_is_always_the_same_subject(self) -> None:
        first = subject_for("api_key", str(KEY))
        assert subject_for("api_key", str(KEY)) == first
        assert queries.find(kind=Kind.API_KEY, value=str(KEY)) == first

    def test_callers_of_one_key_without_an_end_user_are_one_subject(self) -> None:
        assert subject_for("api_key", str(KEY)) != subject_for("api_key", str(OTHER))

    def test_an_end_user_id_means_something_only_within_its_scope(self) -> None:
        here = subject_for("end_user", "42", scope=ASSISTANT)
        assert subject_for("end_user", "42", scope=OTHER) != here
        assert subject_for("end_user", "42", scope=ASSISTANT) == here

    def test_end_user_ids_that_differ_by_case_are_two(self) -> None:
        assert subject_for("end_user", "ada", scope=ASSISTANT) != subject_for("end_user", "Ada", scope=ASSISTANT)

    def test_many_come_in_order_and_repeated_ones_once(self) -> None:
        names = [Name(Kind.ACCOUNT, "a"), Name(Kind.ACCOUNT, "b"), Name(Kind.ACCOUNT, "a")]
        one, two, three = services.subjects_for(names)
        assert one == three != two
        assert Subject.objects.count() == 2

    def test_known_subjects_cost_one_query(self, django_assert_num_queries: Any) -> None:
        names = [Name(Kind.END_USER, str(number), ASSISTANT) for number in range(5)]
        services.subjects_for(names)
        keyring.secret(keyring.named("blind:subjects.end_user"), "index")
        with django_assert_num_queries(6):  # five look up the name of the index key
            services.subjects_for(names)

    @pytest.mark.parametrize(
        ("kind", "value", "scope"),
        [("api_key", "", None), ("account", "x" * 513, None), ("end_user", "a", None), ("account", "a", ASSISTANT)],
    )
    def test_what_cannot_name_anybody_is_refused(self, kind: str, value: str, scope: Any) -> None:
        with pytest.raises(Invalid):
            subject_for(kind, value, scope=scope)

    def test_the_value_is_sealed_and_goes_with_the_subjects_key(self) -> None:
        made = subject_for("end_user", "ada@example.org", scope=ASSISTANT)
        with connection.cursor() as cursor:
            cursor.execute("SELECT value, index FROM subjects_subjectidentifier WHERE subject_id = %s", [made])
            value, index = cursor.fetchone()
        assert b"ada" not in bytes(value) + bytes(index)
        assert [one.value for one in queries.identifiers(made)] == ["ada@example.org"]
        keyring.destroy(owner=made)
        with pytest.raises(keyring.KeyGone):
            queries.identifiers(made)[0].value  # noqa: B018 - reading opens it

    def test_the_database_keeps_a_name_unique(self) -> None:
        row = SubjectIdentifier.objects.get(subject=subject_for("account", "a"))
        with pytest.raises(IntegrityError), transaction.atomic():
            SubjectIdentifier.objects.create(
                subject=row.subject, key_id=row.key_id, kind="account", index=row.index, value="a"
            )


@pytest.mark.django_db(transaction=True)
def test_first_sight_by_several_workers_makes_one_subject() -> None:
    start = Barrier(4)

    def see() -> Any:
        try:
            start.wait(10)
            return subject_for("end_user", "42", scope=ASSISTANT)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = {one.result() for one in [pool.submit(see) for _ in range(4)]}
    assert len(found) == Subject.objects.count() == 1
