"""Questions about factors, and about what a role asks of them."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings as django_settings
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import Permit, Role
from accounts.grants.queries.why import Step
from accounts.people.models import User
from accounts.people.rules import Kind
from accounts.signin.models import Passkey, RecoveryCode, RecoveryDevice, Session, TotpDevice
from accounts.signin.rules import Limits
from panel.kernel.actors import Actor
from panel.kernel.registries import settings

# Setting: role -> the day from which it needs a passkey.
FACTOR_POLICY = "signin.phishing_resistant"


@dataclass(frozen=True)
class Factors:
    """What somebody can prove themselves with; passkeys in the order in which they were added."""

    totp: TotpDevice | None
    passkeys: list[Passkey]
    codes_left: int


def factors_of(user: User) -> Factors:
    totp: TotpDevice | None = TotpDevice.objects.filter(user=user, confirmed=True).first()
    passkeys = list(Passkey.objects.filter(user=user, confirmed=True).order_by("id"))
    return Factors(totp, passkeys, codes_left(user.id))


def has_factor(user_id: UUID) -> bool:
    """Whether somebody has a second factor at all; recovery codes stand in for one, they are none."""
    return has_totp(user_id) or has_passkey(user_id)


def has_totp(user_id: UUID) -> bool:
    return bool(TotpDevice.objects.filter(user_id=user_id, confirmed=True).exists())


def has_passkey(user_id: UUID) -> bool:
    return bool(with_passkey([user_id]))


def with_passkey(user_ids: Iterable[UUID]) -> set[UUID]:
    return set(Passkey.objects.filter(user_id__in=user_ids, confirmed=True).values_list("user_id", flat=True))


def codes_left(user_id: UUID) -> int:
    return RecoveryCode.objects.filter(device__user_id=user_id, used_at__isnull=True).count()


def authenticator_of(user: User) -> TotpDevice:
    """The confirmed authenticator of somebody who has one. Raises DoesNotExist."""
    found: TotpDevice = TotpDevice.objects.get(user=user, confirmed=True)
    return found


def series_of(user: User) -> str:
    """The name of the current set of recovery codes, "" when there is none."""
    device = RecoveryDevice.objects.filter(user=user).first()
    return str(device.series) if device else ""


def second_factor(user: User, _permit: Permit, _at: datetime) -> Step | None:
    """What stands between somebody and every right they have."""
    if user.kind != Kind.PERSON or has_factor(user.id):
        return None
    return Step(False, _("No second factor is set up: they cannot sign in."))


def passkeys_possible() -> bool:
    """Whether browsers do this at the panel's address: a name (not a number) with TLS, or localhost."""
    parts = urlsplit(django_settings.BASE_URL)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
    return False


def factor_policy() -> dict[Role, date]:
    """From which day each role needs a passkey; a role that is not here may have any second factor."""
    return {Role(role): date.fromisoformat(day) for role, day in settings.value(FACTOR_POLICY).items()}


def held_to(user_id: UUID, at: datetime | None = None) -> tuple[frozenset[Role], list[frozenset[Role]]]:
    """Somebody's roles; and for each right that one of the organisation's own roles or a visit adds, the built-in roles
    that have it too: whoever has the right is held to what the mildest of these is held to."""
    found, known = access.standing(Actor("person", user_id), at), rights.permits()
    return found.roles, [known[one].roles for one in found.permits if one in known and known[one].roles]


def passkey_day(user_id: UUID, at: datetime) -> date | None:
    """From which day this person needs a passkey, by the strictest of what they have; None: never."""
    policy = factor_policy()
    if not policy:
        return None
    roles, added = held_to(user_id, at)
    days = [policy[role] for role in roles if role in policy]
    days += [max(policy[role] for role in carriers) for carriers in added if carriers <= set(policy)]
    return min(days, default=None)


def needs_passkey(user_id: UUID, at: datetime) -> bool:
    """Whether the day has come. Never where passkeys do not work: nobody could prove one."""
    day = passkey_day(user_id, at) if passkeys_possible() else None
    return day is not None and day <= at.date()


def without_passkey(at: datetime) -> dict[Role, int]:
    """How many active people of each role have none; everybody is a member."""
    everybody = set(User.objects.get_queryset().active().filter(kind=Kind.PERSON).values_list("id", flat=True))
    missing = everybody - with_passkey(everybody)
    held = {role: access.holders(role, at) & missing for role in Role}
    return {role: len(missing if role is Role.MEMBER else held[role]) for role in Role}


def takes_codes(user_id: UUID, at: datetime) -> bool:
    """Whether the code of an authenticator app opens this account: not when a passkey is asked for and there is one."""
    return has_totp(user_id) and not (needs_passkey(user_id, at) and has_passkey(user_id))


def open_sessions(user: User, *, at: datetime, limits: Limits) -> list[Session]:
    """Those that have neither been ended nor run out, the newest use first; `at` in real time."""
    idle, whole = limits.of(*held_to(user.id))
    rows = Session.objects.filter(user=user, ended_at=None, seen_at__gt=at - idle, opened_at__gt=at - whole)
    return list(rows.order_by("-seen_at"))
