"""Upkeep of signing in."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.signin.services import kept, sessions, throttle
from accounts.signin.services.webauthn import passkeys
from panel.kernel.jobs import job


@job("signin.tidy", title=gettext_noop("Forget forgiven sign-in failures and ended sessions"), every=timedelta(hours=1))
def tidy() -> None:
    throttle.forget(timezone.now())
    kept.forget(timezone.now())
    passkeys.forget(timezone.now())
    sessions.forget(timezone.now())
    SessionStore.clear_expired()
