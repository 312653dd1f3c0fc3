"""Two people send the same form at the same moment."""

import pytest

from accounts.people import services
from accounts.people.models import Team, User
from panel.kernel.errors import Conflict
from tests.assistants.catalog.test_races import MANY, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_one_address_gets_one_account_and_the_others_a_sentence() -> None:
    answers = at_once(lambda _n: services.create(full_name="Rae Ce", email="race@example.test"))
    assert [one for one in answers if one] == [services.AddressTaken] * (MANY - 1)
    assert User.objects.get_queryset().with_email("race@example.test").count() == 1


def test_one_name_gets_one_team_and_the_others_a_sentence() -> None:
    answers = at_once(lambda _n: services.create_team(name="Support"))
    assert [one for one in answers if one] == [Conflict] * (MANY - 1)
    assert Team.objects.filter(name="Support").count() == 1
