"""Somebody comes in as a browser does, without the slow part: the password was right already."""

import time

from django.conf import settings
from django.test import Client

from accounts.people.models import User
from tests.factories.people import code_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"


def enter(user: User, *, client: Client | None = None, agent: str = FIREFOX, address: str = "203.0.113.77") -> Client:
    """Through the page of the second factor, as a browser whose password was right."""
    client = client or Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    session = client.session
    session["pending"] = {"user": str(user.id), "at": time.time(), "next": "/"}
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    device = user.totpdevice_set.get()
    type(device).objects.filter(id=device.id).update(last_step=-1)  # several sign-ins within one step
    assert client.post("/sign-in/factor/", {"code": code_of(device)}).status_code == 302
    return client


def sid(client: Client) -> str:
    return str(client.session["sid"])
