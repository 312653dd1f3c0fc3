"""The cast: the same six people in every test.

What alice owns and bob may view is given by the test that has the object; here they have their organisation roles only.
"""

import pytest

from accounts.access.rules import Role
from accounts.people.models import User
from tests.factories.people import make_person


@pytest.fixture
def adam(db: None) -> User:
    """Administrator."""
    return make_person("adam", role=Role.ADMINISTRATOR)


@pytest.fixture
def alice(db: None) -> User:
    """Operator; owner of what a test makes."""
    return make_person("alice", role=Role.OPERATOR)


@pytest.fixture
def bob(db: None) -> User:
    """Member; viewer where a test says so."""
    return make_person("bob", role=Role.MEMBER)


@pytest.fixture
def charlie(db: None) -> User:
    """Member, a stranger to every object."""
    return make_person("charlie", role=Role.MEMBER)


@pytest.fixture
def olga(db: None) -> User:
    """Auditor."""
    return make_person("olga", role=Role.AUDITOR)


@pytest.fixture
def pia(db: None) -> User:
    """Privacy officer."""
    return make_person("pia", role=Role.PRIVACY_OFFICER)
