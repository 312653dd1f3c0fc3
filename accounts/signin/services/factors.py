"""Second factors: made, proved, replaced. A code is only ever looked at through django-otp's locked verification."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import django_otp
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.models import Device

from accounts.people.models import User
from accounts.signin import queries, rules
from accounts.signin.models import Passkey, RecoveryCode, RecoveryDevice, TotpDevice, digest_of
from accounts.signin.services import notices, throttle
from accounts.signin.services.webauthn import passkeys
from panel.journal import services as journal
from panel.kernel import clock, ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid, Missing, NeedsFreshFactor


class LastFactor(Conflict):
    code = "last_factor"


class NeedsOtherFactor(NeedsFreshFactor):
    """The factor that is to go was the one that was proved."""

    code = "other_factor_needed"


class OnlyPasskeys(Invalid):
    code = "passkey_needed"


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
    charges = throttle.of_code(user, address)
    throttle.charge(charges, timezone.now())
    if django_otp.verify_token(user, waiting.persistent_id, code) is None:
        return None
    throttle.refund(charges)
    with transaction.atomic():
        replaced, _kinds = TotpDevice.objects.filter(user=user, confirmed=True).delete()
        TotpDevice.objects.filter(id=waiting.id).update(confirmed=True)
        detail = {"kind": "totp"}
        journal.record("signin.factor.added", actor=actor, obj=("user", user.id), detail=detail, at=clock.now())
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


def prove(*, user: User, code: str, address: str, at: datetime, browser: bytes = b"") -> Device | None:
    """The device that accepts this code, a TOTP code or a recovery code, once; None otherwise. Raises TooMany.

    `at` in real time; `browser` as in `throttle.of_password`. Runs outside a transaction, so that the try is counted
    whatever comes after.
    """
    if rules.is_totp(code):
        if queries.has_totp(user.id) and not queries.takes_codes(user.id, clock.now()):
            raise OnlyPasskeys(_("Your role asks for a passkey or security key. Use yours, or a recovery code."))
        device: Device | None = TotpDevice.objects.filter(user=user, confirmed=True).first()
        charges = throttle.of_code(user, address, browser=browser)
    else:
        device = RecoveryDevice.objects.filter(user=user, confirmed=True).first()
        charges = throttle.of_recovery(user, address, browser=browser)
    throttle.charge(charges, at)
    if device is None or django_otp.verify_token(user, device.persistent_id, code) is None:
        return None
    throttle.refund(charges)
    return device


def count_failure(*, user: User, address: str, at: datetime) -> None:
    """A passkey was not accepted. It counts like a wrong code; no budget keeps a passkey itself from being heard, since a
    signature cannot be guessed."""
    throttle.charge(throttle.of_passkey(user, address), at)


def forgive(*, user: User, address: str) -> None:
    """A passkey was accepted: what failed before it is forgiven, as after a right code."""
    throttle.refund(throttle.of_passkey(user, address))


def method_of(device: Device) -> str:
    """RFC 8176 name of the proof, for `amr`."""
    if isinstance(device, Passkey):
        return device.method
    return "otp" if isinstance(device, TotpDevice) else "recovery"


def methods_of(device: Device) -> list[str]:
    """All that this proof says: a passkey also whether it knew its owner."""
    return [method_of(device), *(["user"] if isinstance(device, Passkey) and device.verified else [])]


@transaction.atomic
def rename(*, actor: Actor, user: User, factor: UUID, name: str, at: datetime) -> Passkey:
    """Raises Missing."""
    row = _passkey(user, factor)
    row.rename(user.key_id, name)
    row.save(update_fields=["sealed"])
    journal.record("signin.factor.renamed", actor=actor, obj=("user", user.id), at=at)
    return row


@transaction.atomic
def remove(*, actor: Actor, user: User, factor: UUID, proved_by: str, at: datetime) -> None:
    """Remove an authenticator or a passkey, after a fresh proof of another factor (`proved_by`: its `persistent_id`).
    Raises Missing, LastFactor, NeedsOtherFactor."""
    User.objects.select_for_update(of=("self",)).get(id=user.id)
    held = queries.factors_of(user)
    rows = {one.uuid: one for one in (held.totp, *held.passkeys) if one is not None}
    if factor not in rows:
        raise Missing(_("You have no such factor. It may have been removed already."))
    row = rows.pop(factor)
    _keep_one(user, rows.values(), at)
    if proved_by in {"", row.persistent_id}:
        raise NeedsOtherFactor(_("Prove another factor first: then it is sure that you still have one."))
    words = passkeys.in_words(row.name) if isinstance(row, Passkey) else _("Authenticator app")
    row.delete()
    detail = {"kind": "passkey" if isinstance(row, Passkey) else "totp"}
    journal.record("signin.factor.removed", actor=actor, obj=("user", user.id), detail=detail, at=at)
    notices.factor_removed(user=user, factor=words, at=at)


def _keep_one(user: User, left: Iterable[Device], at: datetime) -> None:
    if not left:
        raise LastFactor(_("This is your last second factor. Add another one first."))
    needed = queries.passkey_day(user.id, at) is not None
    if needed and not any(isinstance(one, Passkey) for one in left):
        raise LastFactor(_("Your role asks for a passkey, and this is your last one. Add another one first."))


def _passkey(user: User, factor: UUID) -> Passkey:
    found: Passkey | None = Passkey.objects.filter(user=user, uuid=factor).first()
    if found is None:
        raise Missing(_("You have no such factor. It may have been removed already."))
    return found


@transaction.atomic
def forget_passkeys(*, actor: Actor, user: User, at: datetime) -> int:
    """Somebody who lost everything begins anew: what was lost opens nothing any more. Returns how many."""
    rows = list(Passkey.objects.filter(user=user))
    for row in rows:
        words = passkeys.in_words(row.name)
        row.delete()
        journal.record("signin.factor.removed", actor=actor, obj=("user", user.id), detail={"kind": "passkey"}, at=at)
        notices.factor_removed(user=user, factor=words, at=at)
    return len(rows)
