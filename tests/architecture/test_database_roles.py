"""The application role is what every test and process works as, and it owns nothing."""

import pytest
from django.db import ProgrammingError, connection, transaction


@pytest.mark.django_db
def test_tests_connect_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("panel_app", False, False, False)


@pytest.mark.django_db
def test_the_application_role_owns_nothing_and_makes_no_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = 'panel_app'::regrole")
        assert cursor.fetchone() == (0,)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("CREATE TABLE mine (id int)")
