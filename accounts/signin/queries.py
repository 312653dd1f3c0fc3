"""Questions about factors."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import django_otp
from django.utils.translation import gettext as _

from accounts.access.rules import Permit
from accounts.grants.queries.why import Step
from accounts.people.models import User
from accounts.people.rules import Kind
from accounts.signin.models import RecoveryCode, RecoveryDevice, TotpDevice


@dataclass(frozen=True)
class Factors:
    """When the authenticator was added and last used, and how many recovery codes are left."""

    added_at: datetime | None
    used_at: datetime | None
    codes_left: int


def factors_of(user: User) -> Factors:
    device: TotpDevice | None = TotpDevice.objects.filter(user=user, confirmed=True).first()
    return Factors(device.created_at if device else None, device.used_at if device else None, codes_left(user.id))


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
    if user.kind != Kind.PERSON or django_otp.user_has_device(user):
        return None
    return Step(False, _("No second factor is set up: they cannot sign in."))
