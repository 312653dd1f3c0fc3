"""WebAuthn as this panel wants it: django-otp-webauthn's ceremonies with our names, our checks and our columns.

User verification (fingerprint, face, PIN) is asked for at registration and wherever a passkey stands for both factors.
"""

import hmac
import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _
from django_otp_webauthn.helpers import WebAuthnHelper
from webauthn import base64url_to_bytes, verify_authentication_response
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    PublicKeyCredentialUserEntity,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from accounts.people.models import User
from accounts.signin.models import Passkey
from panel.kernel.crypto import keyring
from panel.kernel.errors import Invalid
from panel.kernel.installation import organisation

State = dict[str, Any]
# What the libraries raise on answers that no browser gives.
FAULTS = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError)
MOST = 64 * 1024


class NotAccepted(Invalid):
    code = "passkey_not_accepted"


def handle_of(user: User) -> bytes:
    """What an authenticator calls a person: 32 bytes that say nothing outside this panel."""
    key = keyring.secret(keyring.named("factor:passkey"), "user-handle")
    return hmac.digest(key, user.id.bytes, "sha256")


def asking(user: User | None, *, verified: bool, but: UUID | None = None) -> tuple[dict[str, Any], State]:
    """What the browser is asked, and the state that its answer is held against: one of the person's authenticators
    (`but` one), or any passkey of anybody, which then has to know its owner."""
    options, state = Ceremony().authenticate_begin(require_user_verification=verified or user is None)
    if user is not None:
        rows = Passkey.objects.filter(user=user, confirmed=True).order_by(
            F("last_used_at").desc(nulls_last=True), "-id"
        )
        options["allowCredentials"] = [_described(one) for one in rows.exclude(uuid=but) if one]
    return options, state


def _described(one: Passkey) -> dict[str, Any]:
    return {"type": "public-key", "id": bytes_to_base64url(one.credential_id), "transports": list(one.transports)}


def read(answer: str) -> dict[str, Any]:
    """The browser's answer. Raises ValueError."""
    found = json.loads(answer) if len(answer) <= MOST else None
    if not isinstance(found, dict):
        raise ValueError("Not an object, or too large.")  # noqa: TRY004 - one of FAULTS, like all that is wrong with it
    return found


def assertion(answer: str) -> AuthenticationCredential:
    """Raises NotAccepted."""
    try:
        return parse_authentication_credential_json(read(answer))
    except FAULTS:
        raise NotAccepted(_("The passkey's answer could not be read. Try it once more.")) from None


def signed(found: Passkey, given: AuthenticationCredential, state: State) -> bool:
    """Whether signature, challenge, origin and presence fit. Notes on the row what the authenticator counted."""
    try:
        seen = verify_authentication_response(
            credential=given,
            # The caller compares, after the signature: only who holds the key can say that its counter went back.
            credential_current_sign_count=0,
            credential_public_key=found.public_key,
            expected_challenge=base64url_to_bytes(state["challenge"]),
            expected_rp_id=settings.OTP_WEBAUTHN_RP_ID,
            expected_origin=settings.OTP_WEBAUTHN_ALLOWED_ORIGINS,
            require_user_verification=state["require_user_verification"],
        )
    except FAULTS:
        return False
    found.counted, found.verified = seen.new_sign_count, seen.user_verified
    found.backup_state = seen.credential_backed_up
    return True


class Ceremony(WebAuthnHelper):  # type: ignore[misc]  # django-otp-webauthn has no types
    """`name` is what its owner calls a new authenticator."""

    def __init__(self, name: str = "") -> None:
        super().__init__(request=None)
        self.name = name

    def get_relying_party_name(self) -> str:
        return organisation() or "ClawPanel"

    def get_discoverable_credentials_preference(self) -> ResidentKeyRequirement:
        """A security key without room for one more is still a good second factor."""
        return ResidentKeyRequirement.PREFERRED

    def get_user_entity(self, user: User) -> PublicKeyCredentialUserEntity:
        name = user.email_address or ""
        return PublicKeyCredentialUserEntity(id=handle_of(user), name=name, display_name=user.full_name)

    def get_generate_registration_options_kwargs(self, *, user: User) -> dict[str, Any]:
        options: dict[str, Any] = super().get_generate_registration_options_kwargs(user=user)
        options["authenticator_selection"].user_verification = UserVerificationRequirement.REQUIRED
        return options

    def create_credential(
        self,
        user: User,
        response: VerifiedRegistration,
        parsed_credential: RegistrationCredential,
        original_data: dict[str, Any],
    ) -> Passkey:
        made = Passkey(
            user=user,
            sign_count=response.sign_count,
            transports=[one.value for one in parsed_credential.response.transports or []],
            discoverable=self._check_discoverable(original_data),
            backup_eligible=response.credential_device_type.value == "multi_device",
            backup_state=response.credential_backed_up,
        )
        made.seal(
            user.key_id,
            credential=response.credential_id,
            public_key=response.credential_public_key,
            name=self.name,
        )
        return made

    def create_attestation(self, *_parts: Any) -> None:
        """Who made an authenticator is not asked and not kept."""
