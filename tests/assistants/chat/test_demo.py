"""The chat of the demo: open, talked to, and everybody in it was told before."""

from datetime import timedelta

import pytest

from assistants.chat.models import Chat, Note, Session, Setting, Turn
from assistants.chat.queries import keeping
from assistants.chat.services import demo as story
from assistants.conversations.models import Call
from panel.kernel import clock
from panel.kernel.db import partitions
from panel.kernel.registries import demo
from tests.assistants.catalog.stage import live


@pytest.mark.django_db
def test_people_talked_and_said_what_it_was_like() -> None:
    assistant = live(story.SLUG)
    now = clock.now()
    partitions.ensure((now - timedelta(days=13)).date(), now.date())
    story.build(demo.World({}, now))
    assert Setting.objects.get().active
    assert (Session.objects.count(), Chat.objects.count()) == (9, 9)
    assert Session.objects.filter(told_at__isnull=True).count() == 0
    assert set(Turn.objects.values_list("id", flat=True)) == set(Call.objects.values_list("id", flat=True))
    assert sum(vars_of(keeping.ratings(assistant))) == 9
    assert Note.objects.filter(kind="contact").count() == 1


def vars_of(found: keeping.Ratings) -> tuple[int, int]:
    return found.good, found.bad
