"""Factors, the budget of failures, one-time links.

Devices subclass django-otp's abstract `Device` with bigint keys, because its lock helper casts ids to int; each has a uuid
beside, which binds what is sealed to its row. Verification goes through `django_otp.verify_token` only: it locks the row.
"""

import base64
import hmac
import time
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_otp.models import Device, DeviceManager
from django_otp.oath import hotp

from accounts.signin import rules
from accounts.signin.rules import Scope
from panel.kernel import clock, ids
from panel.kernel.crypto import keyring

TABLE, COLUMN = "signin_totpdevice", "sealed_seed"


class TotpDevice(Device):  # type: ignore[misc]  # django-otp has no types
    """An authenticator app. The seed is sealed under its person's key; `last_step` refuses a code that was used."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    sealed_seed = models.BinaryField()
    last_step = models.BigIntegerField(default=-1)
    created_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["TotpDevice"]] = DeviceManager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="signin_totpdevice_one", fields=["user"], condition=Q(confirmed=True)),
            models.UniqueConstraint(name="signin_totpdevice_one_new", fields=["user"], condition=Q(confirmed=False)),
        ]

    def __str__(self) -> str:
        return str(self.persistent_id)

    def seal(self, key_id: UUID, seed: bytes) -> None:
        self.sealed_seed = keyring.seal(key_id, seed, table=TABLE, column=COLUMN, row=self.uuid)

    def seed(self) -> bytes:
        return keyring.open_sealed(bytes(self.sealed_seed), table=TABLE, column=COLUMN, row=self.uuid)

    def seed_text(self) -> str:
        """Base 32, as authenticator apps read it."""
        return base64.b32encode(self.seed()).decode().rstrip("=")

    def verify_token(self, token: str) -> bool:
        """Called by `django_otp.verify_token` under the row's lock. True once for a code within one step of now."""
        if not rules.is_totp(token):
            return False
        found = self._step_of(token, time.time())
        if found is None or found <= self.last_step:
            return False
        self.last_step, self.used_at = found, timezone.now()
        self.save(update_fields=["last_step", "used_at"])
        return True

    def _step_of(self, token: str, at: float) -> int | None:
        """The time step whose code this is; every step in tolerance is compared, in constant time."""
        seed, found = self.seed(), None
        now = int(at) // rules.TOTP_STEP
        for step in range(now - rules.TOTP_TOLERANCE, now + rules.TOTP_TOLERANCE + 1):
            if hmac.compare_digest(f"{hotp(seed, step):06d}", token):
                found = step
        return found


class RecoveryDevice(Device):  # type: ignore[misc]  # django-otp has no types
    """A person's set of recovery codes: the row that is locked while one is used. `series` names the current set."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    series = models.UUIDField(default=ids.new_id)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager["RecoveryDevice"]] = DeviceManager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(name="signin_recoverydevice_one", fields=["user"])]

    def __str__(self) -> str:
        return str(self.persistent_id)

    def verify_token(self, token: str) -> bool:
        """Called by `django_otp.verify_token` under the row's lock. True once for each code."""
        code = rules.read_recovery(token)
        if not code:
            return False
        unused = self.codes.filter(digest=digest_of(self.user_id, code), used_at__isnull=True)
        changed: int = unused.update(used_at=timezone.now())
        return changed == 1


class RecoveryCode(models.Model):
    """A keyed hash of one code; 80 random bits need no slow hash."""

    device = models.ForeignKey(RecoveryDevice, on_delete=models.CASCADE, related_name="codes")
    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(name="signin_recoverycode_once", fields=["device", "digest"])]


def digest_of(user_id: UUID, code: str) -> bytes:
    key = keyring.secret(keyring.named("factor:recovery"), "recovery-code")
    return hmac.digest(key, user_id.bytes + code.encode("ascii"), "sha256")


class Failures(models.Model):
    """Failed tries by scope; `subject` is a keyed hash of an account or an address."""

    scope = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Scope])
    subject = models.BinaryField(max_length=16)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(name="signin_failures_once", fields=["scope", "subject"])]


class Link(models.Model):
    """A one-time link with which a person sets password and factors. Only its hash is stored (256 random bits)."""

    class Kind(models.TextChoices):
        JOIN = "join"
        RECOVER = "recover"
        FORGOT = "forgot"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    digest = models.BinaryField(max_length=32, unique=True)
    stage = models.CharField(max_length=12, default="password")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def open(self, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at


class Kept(models.Model):
    """A form that was sent when a session had ended or a fresh factor was missing, until its sender carries on. All of
    it is sealed under that person's key; instants are real time."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
