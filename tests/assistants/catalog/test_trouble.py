"""An assistant whose provider is down says so where people look."""

import pytest
from django.urls import reverse

from assistants.catalog.models import Assistant
from assistants.providers.models import Provider
from tests.assistants.catalog.stage import CONSOLE, live, provider
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db


def url(name: str, assistant: Assistant) -> str:
    return reverse(f"catalog:{name}", args=[assistant.id])


class TestAProviderThatIsDown:
    def test_every_page_of_the_assistant_says_so_and_where_to_look(self) -> None:
        assistant = live()
        Provider.objects.filter(id=provider()).update(checked_code="unreachable")
        for name in ("detail", "draft", "versions"):
            shown = told(visit(CONSOLE, url(name, assistant)))
            assert "did not answer when it was last tested. The host cannot be reached." in shown
            assert "Look at the provider" in shown

    def test_a_disabled_one_is_told_apart_and_a_sound_one_is_not_told(self) -> None:
        assistant = live()
        assert "Answers may fail" not in told(visit(CONSOLE, url("detail", assistant)))
        Provider.objects.filter(id=provider()).update(enabled=False)
        assert "is disabled: calls that need it get 503." in told(visit(CONSOLE, url("detail", assistant)))
        page = reverse("providers:detail", args=[provider()])
        assert "Check its address and key" in told(visit(CONSOLE, page))
