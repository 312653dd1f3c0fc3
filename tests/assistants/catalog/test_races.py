"""Two people press the button at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from assistants.catalog.models import Assistant, AssistantVersion, Publication
from assistants.catalog.services import publishing, switch
from assistants.catalog.services.changes import Changed, NotPossible
from assistants.vault import services as vault
from assistants.vault.models import Secret, SecretVersion
from panel.kernel import clock
from panel.kernel.errors import Refusal
from tests.assistants.catalog.stage import CONSOLE, new, publish, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MANY = 6


def at_once(act: Callable[[int], object]) -> list[type[Refusal] | None]:
    """Run `act(n)` in threads that start together; what each was refused with, None for success."""
    start = Barrier(MANY)

    def one(number: int) -> type[Refusal] | None:
        try:
            start.wait(timeout=20)
            act(number)
        except Refusal as refusal:
            return type(refusal)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_a_draft_is_published_once() -> None:
    assistant = new()
    write(assistant, "Help.")
    answers = at_once(
        lambda n: publishing.publish(actor=CONSOLE, assistant=assistant, message=f"By {n}", at=clock.now())
    )
    assert sorted(str(one) for one in answers if one) == [str(publishing.NothingChanged)] * (MANY - 1)
    assert (AssistantVersion.objects.count(), Publication.objects.count()) == (1, 1)


def test_of_many_editors_one_is_saved_and_the_others_are_told() -> None:
    assistant = new()
    answers = at_once(lambda n: write(assistant, f"Editor {n}.", revision=1))
    assert answers.count(None) == 1
    assert answers.count(Changed) == MANY - 1


def test_a_kill_switch_pressed_by_many_stops_once() -> None:
    assistant = new()
    publish(assistant, "Help.")
    answers = at_once(lambda n: switch.pause(actor=CONSOLE, assistant=assistant, reason=f"By {n}", at=clock.now()))
    assert answers.count(None) == 1
    assert answers.count(NotPossible) == MANY - 1
    assert Assistant.objects.get(id=assistant.id).state == "paused"


def test_versions_of_a_secret_are_numbered_without_gaps_or_twins() -> None:
    secret = vault.create(actor=CONSOLE, name="Mistral", kind="token", value="v", at=clock.now())
    answers = at_once(lambda n: vault.rotate(actor=CONSOLE, secret=secret, value=f"value {n}", at=clock.now()))
    assert answers == [None] * MANY
    numbers = SecretVersion.objects.filter(secret=secret).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, MANY + 2))
    assert Secret.objects.get(id=secret.id).current == MANY + 1
