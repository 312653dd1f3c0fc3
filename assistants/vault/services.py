"""Verbs of the vault. A value goes in here and comes out of `use` only, for a user that it is bound to."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.grants import services as grants
from assistants.vault import queries, rules
from assistants.vault.models import Secret, SecretBinding, SecretVersion
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid, Unavailable
from panel.kernel.registries import deletion

PLACE = {"table": SecretVersion._meta.db_table, "column": "sealed"}


class NameTaken(Conflict):
    """A kept secret has this name already."""

    code = "name_taken"


class NotRotatable(Conflict):
    """Only an active secret can be given a new value."""

    code = "not_rotatable"


class Changed(Conflict):
    """Somebody else changed the secret since the caller read it."""

    code = "changed"


class NotBound(Forbidden):
    """The secret does not exist or is not bound to what wants to use it."""

    code = "secret_not_bound"


class NotUsable(Unavailable):
    """The secret is disabled, expired or destroyed."""

    code = "secret_not_usable"


def create(
    *, actor: Actor, name: str, kind: str, value: str, at: datetime, expires_at: datetime | None = None
) -> Secret:
    """Store a new secret. Raises Forbidden, Invalid, NameTaken."""
    access.require(actor, rules.ADD)
    name, value = _named(name), _value(kind, value)
    _future(expires_at, at)
    secret_id = ids.new_id(at)
    try:
        with transaction.atomic():
            secret = Secret.objects.create(
                id=secret_id,
                name=name,
                kind=rules.Kind(kind),
                owner_id=actor.id if actor.kind in {"person", "service"} else None,
                key_id=keyring.create("secret", owners=(secret_id,)),
                expires_at=expires_at,
                epoch=epochs.bump(),
                created_at=at,
                changed_at=at,
            )
            _add_version(secret, actor, value, at)
            grants.own(secret, secret.owner, rules.SHARE, _("Stored it"), at)
            journal.record("vault.secret.created", actor=actor, obj=secret, detail={"kind": kind}, at=at)
    except IntegrityError as error:
        if "vault_secret_name" not in str(error):
            raise
        raise NameTaken(_("There is a secret with the name “%(name)s” already.") % {"name": name}) from error
    return secret


def rotate(
    *,
    actor: Actor,
    secret: Secret,
    value: str,
    at: datetime,
    expires_at: datetime | None = None,
    revision: int | None = None,
) -> Secret:
    """Put a new value with its own end in use at once; the old version stays sealed and is never used again."""
    access.require(actor, rules.ROTATE, secret)
    value = _value(secret.kind, value)
    _future(expires_at, at)
    with transaction.atomic():
        secret = _locked(secret, revision)
        if secret.state != rules.State.ACTIVE:
            raise NotRotatable(_("Only an active secret can be replaced. Enable it first."))
        secret.current += 1
        secret.expires_at = expires_at
        _touch(secret, at)
        _add_version(secret, actor, value, at)
        journal.record("vault.secret.rotated", actor=actor, obj=secret, detail={"version": secret.current}, at=at)
    return secret


def disable(*, actor: Actor, secret: Secret, at: datetime, revision: int | None = None) -> Secret:
    """Nothing can use it until it is enabled again."""
    return _switch(actor, secret, (rules.State.ACTIVE, rules.State.DISABLED), at, revision)


def enable(*, actor: Actor, secret: Secret, at: datetime, revision: int | None = None) -> Secret:
    return _switch(actor, secret, (rules.State.DISABLED, rules.State.ACTIVE), at, revision)


def destroy(*, actor: Actor, secret: Secret, at: datetime, revision: int | None = None) -> Secret:
    """Destroy the key: no version can be read again, here or in a later backup. Raises Forbidden, Held, Conflict."""
    access.require(actor, rules.DESTROY, secret)
    with transaction.atomic():
        secret = _locked(secret, revision)
        if secret.state == rules.State.DESTROYED:
            raise Conflict(_("This secret is destroyed already."))
        deletion.require_free(deletion.Target("secret", secret.id))
        secret.state = rules.State.DESTROYED
        _touch(secret, at)
        secret.bindings.all().delete()
        keyring.destroy(owner=secret.id)
        journal.record("vault.secret.destroyed", actor=actor, obj=secret, at=at)
    return secret


def bind(*, actor: Actor, secret: Secret, user: tuple[str, UUID], at: datetime) -> SecretBinding:
    """Let one user, such as ("provider", id), be given the value. Binding twice is no change."""
    access.require(actor, rules.BIND, secret)
    with transaction.atomic():
        secret = _locked(secret, None)
        if secret.state == rules.State.DESTROYED:
            raise Conflict(_("This secret is destroyed and cannot be used again."))
        binding, made = SecretBinding.objects.get_or_create(
            secret=secret,
            user_kind=user[0],
            user_id=user[1],
            defaults={"created_by_kind": actor.kind, "created_by_id": actor.id, "created_at": at},
        )
        if made:
            _touch(secret, at)
            journal.record("vault.secret.bound", actor=actor, obj=secret, detail=_words(user), at=at)
    return binding


def unbind(*, actor: Actor, secret: Secret, user: tuple[str, UUID], at: datetime) -> None:
    """Take the permission away. Unbinding what is not bound is no change."""
    access.require(actor, rules.BIND, secret)
    with transaction.atomic():
        secret = _locked(secret, None)
        gone, _rows = secret.bindings.filter(user_kind=user[0], user_id=user[1]).delete()
        if gone:
            _touch(secret, at)
            journal.record("vault.secret.unbound", actor=actor, obj=secret, detail=_words(user), at=at)


def use(secret_id: UUID, *, user: tuple[str, UUID], at: datetime) -> bytes:
    """The value, for a user it is bound to. Raises NotBound (also when there is no such secret), NotUsable."""
    rows = SecretBinding.objects.select_related("secret")
    binding = rows.filter(secret_id=secret_id, user_kind=user[0], user_id=user[1]).first()
    if binding is None:
        raise NotBound(_("This secret is not bound to what wants to use it."))
    secret = binding.secret
    if secret.state != rules.State.ACTIVE or queries.expired(secret, at):
        raise NotUsable(_("This secret is disabled, expired or destroyed."))
    version = secret.versions.get(number=secret.current)
    return keyring.open_sealed(bytes(version.sealed), **PLACE, row=secret.id, version=version.number)


def _add_version(secret: Secret, actor: Actor, value: str, at: datetime) -> None:
    sealed = keyring.seal(secret.key_id, value.encode(), **PLACE, row=secret.id, version=secret.current)
    SecretVersion.objects.create(
        id=ids.new_id(at),
        secret=secret,
        number=secret.current,
        key_id=secret.key_id,
        sealed=sealed,
        shown=rules.hint(value),
        fingerprint=queries.fingerprint(value),
        length=len(value),
        created_by_kind=actor.kind,
        created_by_id=actor.id,
        created_at=at,
        epoch=secret.epoch,
    )


def _words(user: tuple[str, UUID]) -> dict[str, str]:
    return {"user_kind": user[0], "user_id": str(user[1])}


def _switch(actor: Actor, secret: Secret, states: tuple[str, str], at: datetime, revision: int | None) -> Secret:
    access.require(actor, rules.DISABLE, secret)
    before, after = states
    with transaction.atomic():
        secret = _locked(secret, revision)
        if secret.state != before:
            raise Conflict(_("This secret is in another state by now. Look at it again."))
        secret.state = after
        _touch(secret, at)
        event = "vault.secret.enabled" if after == rules.State.ACTIVE else "vault.secret.disabled"
        journal.record(event, actor=actor, obj=secret, at=at)
    return secret


def _touch(secret: Secret, at: datetime) -> None:
    secret.epoch = epochs.bump()
    secret.revision += 1
    secret.changed_at = at
    secret.save(update_fields=["state", "current", "expires_at", "epoch", "revision", "changed_at"])


def _locked(secret: Secret, revision: int | None) -> Secret:
    found = Secret.objects.select_for_update().get(id=secret.id)
    if revision is not None and found.revision != revision:
        raise Changed(_("Somebody changed this secret in the meantime. Look at it again."))
    return found


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise Invalid(fields={"name": _("Give it a name of at most 80 characters.")})
    return name


def _value(kind: str, value: str) -> str:
    if kind not in set(rules.Kind):
        raise Invalid(fields={"kind": _("Choose one of the kinds.")})
    value = rules.clean(kind, value)
    if not value:
        raise Invalid(fields={"value": _("Paste the value.")})
    if len(value.encode()) > rules.VALUE_LIMIT or "\0" in value:
        raise Invalid(fields={"value": _("A value is text of at most 32 KiB.")})
    return value


def _future(moment: datetime | None, at: datetime) -> None:
    if moment is not None and moment <= at:
        raise Invalid(fields={"expires_at": _("This moment has passed. Choose one after now.")})
