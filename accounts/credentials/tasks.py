"""Upkeep of tokens and of the keys that sign them."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.credentials.services import access_tokens, signing
from panel.kernel.actors import SYSTEM
from panel.kernel.jobs import job


@job(
    "credentials.tidy", title=gettext_noop("Change signing keys in time, forget ended tokens"), every=timedelta(hours=1)
)
def tidy() -> None:
    now = timezone.now()
    signing.tend(actor=SYSTEM, at=now)
    access_tokens.forget(at=now)
