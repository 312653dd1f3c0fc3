"""What sign-in writes to people: links to join, and word of everything that opens or closes their account."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from accounts.people.models import User
from accounts.people.rules import State
from accounts.signin.models import Link
from panel.kernel.actors import SYSTEM, Actor
from panel.outbound import services as outbound
from panel.outbound.mail.letters import Letter

Text = str | Promise
WHEN = "4 March 2026, 14:05 UTC"
_JOIN = "https://panel.example.org/join/pYc7vM2sXw0c4mQ/"
_OWN = "https://panel.example.org/security/"


def letters(words: Mapping[str, Text]) -> list[Letter]:
    """Every letter of this slice with its title and a sample, for the hooks."""
    samples: dict[str, dict[str, Any]] = {
        "invitation": {"link": _JOIN, "hours": 72},
        "recovery": {"link": _JOIN, "hours": 72},
        "new_device": {"device": "Firefox on Linux", "place": "Berlin, Germany", "when": WHEN, "link": _OWN},
        "factor_added": {"factor": "Authenticator app", "when": WHEN, "link": _OWN},
        "factor_removed": {"factor": "Authenticator app", "when": WHEN, "link": _OWN},
        "passkey_rolled_back": {"factor": "Passkey “Work laptop”", "when": WHEN, "link": _OWN},
        "password_reset": {"link": "https://panel.example.org/new-password/pYc7vM2sXw0c4mQ/", "minutes": 30},
        "password_changed": {"when": WHEN, "link": _OWN},
    }
    return [Letter(name, title, samples[name]) for name, title in words.items()]


def link(*, actor: Actor, user: User, token: str, kind: Link.Kind, life: timedelta, at: datetime) -> None:
    """The one-time link itself. It also stands on the page of whoever made it, so nothing waits for a mail server."""
    outbound.send_mail(
        actor=actor,
        template="invitation" if kind == Link.Kind.JOIN else "recovery",
        to=user.id,
        context={
            "link": f"{settings.BASE_URL}{reverse('signin:join', args=[token])}",
            "hours": int(life.total_seconds() // 3600),
        },
        expires_at=at + life,
        at=at,
    )


def forgotten(*, user: User, token: str, life: timedelta, at: datetime) -> None:
    """The link of somebody who forgot their password; who may read the outbox can copy it where no mail leaves."""
    url = f"{settings.BASE_URL}{reverse('signin:new_password', args=[token])}"
    context = {"link": url, "minutes": int(life.total_seconds() // 60)}
    outbound.send_mail(
        actor=SYSTEM, template="password_reset", to=user.id, context=context, expires_at=at + life, at=at
    )


def factor_added(*, user: User, factor: Text, at: datetime) -> None:
    """`factor` in words, such as "Authenticator app". Says nothing while somebody joins."""
    _notice("factor_added", user, at, factor=factor)


def factor_removed(*, user: User, factor: Text, at: datetime) -> None:
    _notice("factor_removed", user, at, factor=factor)


def passkey_rolled_back(*, user: User, factor: Text, at: datetime) -> None:
    _notice("passkey_rolled_back", user, at, factor=factor)


def password_changed(*, user: User, at: datetime) -> None:
    _notice("password_changed", user, at)


def new_device(*, user: User, device: Text, place: Text, at: datetime) -> None:
    """`device` as people say it ("Firefox on Linux"), `place` the same; both may hold anything, they are escaped."""
    _notice("new_device", user, at, device=device, place=place)


def _notice(template: str, user: User, at: datetime, **words: Text) -> None:
    if user.state != State.ACTIVE:
        return
    outbound.send_mail(
        actor=SYSTEM,
        template=template,
        to=user.id,
        context={
            **words,
            "when": timezone.now(),
            "link": f"{settings.BASE_URL}{reverse('signin:security')}",
        },
        at=at,
    )
