"""How long a refused sign-in takes says nothing about the account: a bar of the house, measured."""

import statistics
import time

import pytest
from django.test import Client

from accounts.people.rules import State
from accounts.signin.models import Failures
from tests.factories.people import PASSWORD, make_person, make_totp

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TRIES, TOLERANCE = 30, 0.20


def test_medians_of_existing_missing_disabled_and_unusable_accounts_are_close(slow_refusals: None) -> None:
    for name, state in (("existing", State.ACTIVE), ("disabled", State.DISABLED)):
        make_totp(make_person(name, password=PASSWORD, state=state))
    make_totp(make_person("unusable"))
    names = ("existing", "missing", "disabled", "unusable")
    took: dict[str, list[float]] = {name: [] for name in names}
    for round_ in range(TRIES):
        for step in range(len(names)):
            # Interleaved, each round in another order: a busy moment hits all of them.
            name = names[(step + round_) % len(names)]
            Failures.objects.all().delete()
            began = time.perf_counter()
            sent = {"email": f"{name}@example.test", "password": "not the right one"}
            assert Client().post("/sign-in/", sent).status_code == 422
            took[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(times) for name, times in took.items()}
    assert max(medians.values()) <= min(medians.values()) * (1 + TOLERANCE), medians
