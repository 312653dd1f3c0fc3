"""Second factors: made, proved, replaced. A code is only ever looked at through django-otp's locked verification."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import django_otp
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from accounts.people.models import User
from accounts.signin import rules
from accounts.signin.models import RecoveryCode, RecoveryDevice, TotpDevice, digest_of
from accounts.signin.services import notices, throttle
from panel.journal import services as journal
from panel.kernel import clock, ids
from panel.kernel.actors import Actor


@dataclass(frozen=True)
class Codes:
    """Ten fresh recovery codes, to be shown once."""

    series: UUID
    codes: list[str]


def forget_waiting(user: User) -> None:
    """A new enrolment begins: a seed that was shown before is worth nothing."""
    TotpDevice.objects.filter(user=user, confirmed=False).delete()


@transaction.atomic
def begin_totp(user: User) -> TotpDevice:
    """The authenticator that waits for its first code, made when there is none. Does nothing to the confirmed one."""
    User.objects.select_for_update(of=("self",)).get(id=user.id)
    device: TotpDevice | None = TotpDevice.objects.filter(user=user, confirmed=False).first()
    if device is None:
        device = TotpDevice(user=user, name="totp", confirmed=False)
        device.seal(user.key_id, secrets.token_bytes(rules.SEED_BYTES))
        device.save()
    return device


def confirm_totp(*, actor: Actor, user: User, code: str, address: str) -> TotpDevice | None:
    """Take the waiting authenticator into use, in place of the old one, when its code is right. Raises TooMany."""
    waiting: TotpDevice | None = TotpDevice.objects.filter(user=user, confirmed=False).first()
    if waiting is None:
        return None
    charges = throttle.of_factor(user.id, address)
    throttle.charge(charges, timezone.now())
    if django_otp.verify_token(user, waiting.persistent_id, code) is None:
        return None
    throttle.refund(charges)
    with transaction.atomic():
        replaced, _kinds = TotpDevice.objects.filter(user=user, confirmed=True).delete()
        TotpDevice.objects.filter(id=waiting.id).update(confirmed=True)
        journal.record("signin.factor.added", actor=actor, obj=("user", user.id), at=clock.now())
        if replaced:
            notices.factor_removed(user=user, factor=_("Earlier authenticator app"), at=clock.now())
        notices.factor_added(user=user, factor=_("Authenticator app"), at=clock.now())
    waiting.confirmed = True
    return waiting


@transaction.atomic
def new_codes(*, actor: Actor, user: User) -> Codes:
    """Ten new recovery codes; the old ones end."""
    User.objects.select_for_update(of=("self",)).get(id=user.id)
    device, _made = RecoveryDevice.objects.get_or_create(user=user, defaults={"name": "recovery"})
    device.series, device.created_at = ids.new_id(), clock.now()
    device.save(update_fields=["series", "created_at"])
    device.codes.all().delete()
    codes = [rules.new_recovery_code() for _ in range(rules.RECOVERY_COUNT)]
    RecoveryCode.objects.bulk_create(RecoveryCode(device=device, digest=digest_of(user.id, one)) for one in codes)
    journal.record("signin.codes.made", actor=actor, obj=("user", user.id), at=clock.now())
    notices.factor_added(user=user, factor=_("New recovery codes"), at=clock.now())
    return Codes(device.series, [rules.shown(one) for one in codes])


def prove(*, user: User, code: str, address: str, at: datetime) -> Device | None:
    """The device that accepts this code, a TOTP code or a recovery code, once; None otherwise. Raises TooMany.

    `at` in real time. Runs outside a transaction, so that the try is counted whatever comes after.
    """
    if rules.is_totp(code):
        device: Device | None = TotpDevice.objects.filter(user=user, confirmed=True).first()
        charges = throttle.of_factor(user.id, address)
    else:
        device = RecoveryDevice.objects.filter(user=user, confirmed=True).first()
        charges = throttle.of_recovery(address)
    throttle.charge(charges, at)
    if device is None or django_otp.verify_token(user, device.persistent_id, code) is None:
        return None
    throttle.refund(charges)
    return device


def method_of(device: Device) -> str:
    """RFC 8176 name of the proof, for `amr`."""
    return "otp" if isinstance(device, TotpDevice) else "recovery"
