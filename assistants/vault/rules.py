"""Secrets: kinds, states, permits, and what of a value may ever be shown."""

import enum
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import ObjectRole, Permit, Role

VALUE_LIMIT = 32 * 1024
"""Bytes of a value: enough for a service-account file or a certificate chain."""
SOON = timedelta(days=14)
SHOWN = 4
SHOWN_FROM = 16
"""The last four characters are shown of values with at least 16: four of fewer would be too large a part of it."""

USER_KINDS = ("provider",)
"""Kinds of objects that can be given a secret's value."""


class Kind(enum.StrEnum):
    API_KEY = "api_key"
    TOKEN = "token"  # noqa: S105 - a kind, not a token
    PASSWORD = "password"  # noqa: S105 - a kind, not a password
    FILE = "file"


class State(enum.StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"
    DESTROYED = "destroyed"


_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
VIEW = Permit(
    "vault.view_secret",
    _("See secrets, never their values"),
    roles=_ADMINISTRATORS | {Role.AUDITOR},
    object_role=ObjectRole.VIEWER,
)
ADD = Permit("vault.add_secret", _("Store a secret"), roles=_ADMINISTRATORS)
ROTATE = Permit(
    "vault.rotate_secret",
    _("Replace the value of a secret"),
    roles=_ADMINISTRATORS,
    object_role=ObjectRole.OPERATOR,
)
BIND = Permit(
    "vault.bind_secret",
    _("Decide what may use a secret"),
    roles=_ADMINISTRATORS,
    object_role=ObjectRole.OWNER,
    fresh=True,
)
DISABLE = Permit(
    "vault.disable_secret", _("Disable and enable a secret"), roles=_ADMINISTRATORS, object_role=ObjectRole.OPERATOR
)
DESTROY = Permit(
    "vault.destroy_secret", _("Destroy a secret"), roles=_ADMINISTRATORS, object_role=ObjectRole.OWNER, fresh=True
)
SHARE = Permit(
    "vault.share_secret", _("Share a secret"), roles=_ADMINISTRATORS, object_role=ObjectRole.OWNER, fresh=True
)
PERMITS = (VIEW, ADD, ROTATE, BIND, DISABLE, DESTROY, SHARE)


def clean(kind: str, value: str) -> str:
    """The value as it is stored: pasted keys and tokens lose the blanks and line ends around them."""
    return value if kind in {Kind.PASSWORD, Kind.FILE} else value.strip()


def hint(value: str) -> str:
    """What pages show of a value: its last four characters, or nothing."""
    return value[-SHOWN:] if len(value) >= SHOWN_FROM else ""
