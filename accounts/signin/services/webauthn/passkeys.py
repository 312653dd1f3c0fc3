"""Passkeys and security keys: registered, proved, refused when they look copied.

A challenge is answered once, also by twenty at a time. The counter is compared under the row's lock and after the
signature: only the key itself can be found to have gone back.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from webauthn import base64url_to_bytes
from webauthn.helpers.structs import AuthenticationCredential

from accounts.people.models import User
from accounts.signin import rules
from accounts.signin.models import Challenge, Passkey
from accounts.signin.services import notices
from accounts.signin.services.webauthn import ceremony
from accounts.signin.services.webauthn.ceremony import NotAccepted, State
from panel.journal import services as journal
from panel.kernel import clock
from panel.kernel.actors import ANONYMOUS, Actor
from panel.kernel.errors import Conflict

LIFE = timedelta(minutes=5)


class RolledBack(NotAccepted):
    """The counter went back: there may be a copy of the key."""

    code = "passkey_rolled_back"


@dataclass(frozen=True)
class Begun:
    """`options` go to the browser; `state` stays in the session and comes back with the answer."""

    options: dict[str, Any]
    state: State


def begin_registration(*, user: User, at: datetime) -> Begun:
    """`at` in real time, here and below."""
    options, state = ceremony.Ceremony().register_begin(user)
    return _waiting(options, state, at)


def begin_proof(*, user: User | None, at: datetime, verified: bool = False, but: UUID | None = None) -> Begun:
    """Ask one of this person's authenticators (`but` one), or any passkey of anybody when `user` is None. `verified`:
    with fingerprint, face or PIN, as it always is of anybody's."""
    return _waiting(*ceremony.asking(user, verified=verified, but=but), at)


def register(*, actor: Actor, user: User, state: State | None, answer: str, name: str, at: datetime) -> Passkey:
    """Keep a new authenticator under the name its owner gave it. Raises NotAccepted, Conflict."""
    _take(state, at)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(id=user.id)
        if Passkey.objects.filter(user=user).count() >= rules.MAX_PASSKEYS:
            raise Conflict(_("You have as many passkeys as there can be. Remove one first."))
        made = _made(user, state or {}, answer, name)
        detail = {"kind": "passkey", "method": made.method}
        journal.record("signin.factor.added", actor=actor, obj=("user", user.id), detail=detail, at=clock.now())
        notices.factor_added(user=user, factor=in_words(name), at=clock.now())
    return made


def _made(user: User, state: State, answer: str, name: str) -> Passkey:
    try:
        with transaction.atomic():
            made: Passkey = ceremony.Ceremony(name).register_complete(user, state, ceremony.read(answer))
    except IntegrityError:
        raise NotAccepted(_("This passkey is registered already.")) from None
    except ceremony.FAULTS:
        sentence = _("The passkey's answer could not be accepted. It has to ask for a fingerprint, a face or a PIN.")
        raise NotAccepted(sentence) from None
    return made


def prove(*, user: User | None, state: State | None, answer: str, at: datetime) -> Passkey:
    """The authenticator that answered the challenge, once; its `verified` says whether it knew its owner. With `user`
    None, whose it is, is told by it. Raises NotAccepted, RolledBack."""
    _take(state, at)
    given = ceremony.assertion(answer)
    with transaction.atomic():
        found = _owned(given, user)
        good = found is not None and ceremony.signed(found, given, state or {})
        if found is not None and good and not _went_back(found):
            found.sign_count, found.last_used_at = found.counted, at
            found.save(update_fields=["sign_count", "backup_state", "last_used_at"])
            return found
    if found is None or not good:
        raise NotAccepted(_("This passkey does not open this account, or it was removed. Try another way."))
    _tell_rolled_back(found)
    sentence = _("This passkey's counter went back: there may be a copy of it. Sign in another way and remove it.")
    raise RolledBack(sentence)


def _owned(given: AuthenticationCredential, user: User | None) -> Passkey | None:
    """The row of the credential, locked, when it belongs to whom it should."""
    digest = Passkey.get_credential_id_sha256(given.raw_id)
    rows = Passkey.objects.select_for_update(of=("self",)).select_related("user")
    found = rows.filter(credential_id_sha256=digest, confirmed=True).first()
    if found is None or not found.user.is_active or (user is not None and found.user_id != user.id):
        return None
    handle = given.response.user_handle
    if not handle:
        # A security key need not name its owner; without a name given before, it has to.
        return found if user is not None else None
    return found if hmac.compare_digest(handle, ceremony.handle_of(found.user)) else None


def _went_back(found: Passkey) -> bool:
    """WebAuthn Level 3, 7.2: a counter that is used has to grow."""
    known: int = found.sign_count
    return (found.counted > 0 or known > 0) and found.counted <= known


def _tell_rolled_back(found: Passkey) -> None:
    with transaction.atomic():
        detail = {"counted": found.counted, "known": found.sign_count}
        obj = ("user", found.user_id)
        journal.record("signin.passkey.rolled_back", actor=ANONYMOUS, obj=obj, detail=detail, at=clock.now())
        notices.passkey_rolled_back(user=found.user, factor=in_words(found.name), at=clock.now())


def in_words(name: str) -> str:
    return _("Passkey “%(name)s”") % {"name": name}


def _waiting(options: dict[str, Any], state: State, at: datetime) -> Begun:
    Challenge.objects.create(digest=_digest(state), expires_at=at + LIFE)
    return Begun(options, state)


def _take(state: State | None, at: datetime) -> None:
    """Use a challenge up, whatever comes of it. Raises NotAccepted."""
    used = Challenge.objects.filter(digest=_digest(state), expires_at__gt=at).delete()[0] if state else 0
    if not used:
        raise NotAccepted(_("This took longer than five minutes, or was sent twice. Try it once more."))


def _digest(state: State) -> bytes:
    return hashlib.sha256(base64url_to_bytes(state["challenge"])).digest()


def forget(at: datetime) -> int:
    """Delete challenges that nobody answered; returns how many."""
    return Challenge.objects.filter(expires_at__lte=at).delete()[0]
