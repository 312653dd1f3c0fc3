"""Whom to ask about one's data stands where everybody can read it."""

import pytest
from django.test import Client

from compliance.auditing.services import feed as services
from panel.kernel import actors, clock

pytestmark = pytest.mark.django_db


def page(url: str = "/privacy/contact/") -> str:
    return str(Client().get(url).content.decode())


def test_it_names_who_answers_and_says_when_nobody_is_named() -> None:
    assert "No contact is named yet." in page()
    values = {"name": "Lindqvist AB", "address": "Malmö", "contact": "privacy@lindqvist.example", "officer": "Pia"}
    services.name_controller(actor=actors.console(), values=values, at=clock.now())
    found = page()
    for one in values.values():
        assert one in found
    assert "No contact is named yet." not in found


def test_the_centre_leads_there() -> None:
    assert "/privacy/contact/" in page("/privacy/")
