"""Passkeys and security keys (WebAuthn), and the challenges that wait for their answers.

django-otp-webauthn keeps credential id, public key, the name that somebody gave, and a bare hash in clear columns. Here
they are one sealed blob under the person's key: nobody who writes to the table can put a key of their own in its place,
and they end with the person. Only a keyed hash finds a row. The maker's number (AAGUID) and the attestation are not kept.
"""

import base64
import hmac
import json
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F
from django_otp.models import DeviceManager
from django_otp_webauthn.models import AbstractWebAuthnCredential
from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

from panel.kernel import clock, ids
from panel.kernel.crypto import keyring

TABLE, COLUMN = "signin_passkey", "sealed"


class Passkey(AbstractWebAuthnCredential):  # type: ignore[misc]  # django-otp-webauthn has no types
    """A credential of an authenticator. `sign_count` only grows; a credential that is in several places keeps it at 0."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)
    aaguid = None

    # What the last proof said; not stored.
    counted = 0
    verified = False

    # A set of rows that is not the library's: its descriptors read columns that are not here.
    objects: ClassVar[models.Manager["Passkey"]] = DeviceManager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.persistent_id)

    def seal(self, key_id: UUID, *, credential: bytes, public_key: bytes, name: str) -> None:
        parts = {"id": _text(credential), "key": _text(public_key), "name": name}
        plain = json.dumps(parts, ensure_ascii=False).encode()
        self.sealed = keyring.seal(key_id, plain, table=TABLE, column=COLUMN, row=self.uuid)
        self.credential_id_sha256 = self.get_credential_id_sha256(credential)

    def _parts(self) -> dict[str, Any]:
        plain = keyring.open_sealed(bytes(self.sealed), table=TABLE, column=COLUMN, row=self.uuid)
        return dict(json.loads(plain))

    @property
    def method(self) -> str:
        """RFC 8176: a key that never leaves its hardware, or one that is kept in several places."""
        return "swk" if self.backup_eligible else "hwk"

    @property
    def name(self) -> str:
        """As its owner calls it."""
        return str(self._parts()["name"])

    @property
    def credential_id(self) -> bytes:
        return base64.b64decode(self._parts()["id"])

    @property
    def public_key(self) -> bytes:
        return base64.b64decode(self._parts()["key"])

    @classmethod
    def get_credential_id_sha256(cls, credential_id: bytes) -> str:
        """The library's name; the hash is keyed, so that the column is of no use elsewhere."""
        key = keyring.secret(keyring.named("factor:passkey"), "credential-id")
        return hmac.digest(key, credential_id, "sha256").hex()

    def rename(self, key_id: UUID, name: str) -> None:
        self.seal(key_id, credential=self.credential_id, public_key=self.public_key, name=name)

    @classmethod
    def get_credential_descriptors_for_user(cls, user: AbstractBaseUser) -> list[PublicKeyCredentialDescriptor]:
        """What a browser is told of a person's authenticators, the last used one first."""
        rows = cls.objects.filter(user=user).order_by(F("last_used_at").desc(nulls_last=True))
        return [one.descriptor() for one in rows]

    def descriptor(self) -> PublicKeyCredentialDescriptor:
        known = {one.value for one in AuthenticatorTransport}
        ways = [AuthenticatorTransport(one) for one in self.transports if one in known]
        return PublicKeyCredentialDescriptor(id=self.credential_id, transports=ways)


class Challenge(models.Model):
    """A challenge that waits for its answer: the row is deleted when it comes, so that of many answers one is heard."""

    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
