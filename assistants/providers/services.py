"""Verbs of providers. Nothing is saved that has not answered: a live test goes before every save."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.providers import rules
from assistants.providers.engine.check import Outcome, check
from assistants.providers.engine.upstream import Target
from assistants.providers.models import Provider
from assistants.vault import queries as vault_queries
from assistants.vault import services as vault
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Invalid, Refusal
from panel.outbound import hosts
from panel.outbound.guard.destination import parse
from panel.outbound.guard.errors import EgressError
from panel.outbound.models import AllowedHost

_COUNTRY: Final = re.compile(r"[A-Z]{2}")  # ISO 3166-1 alpha-2


class NameTaken(Conflict):
    code = "name_taken"


class Changed(Conflict):
    """Somebody else changed the provider since the caller read it."""

    code = "changed"


class BuiltIn(Conflict):
    code = "provider_built_in"


class TestFailed(Invalid):
    """The live test before saving failed; `fields` says where to look."""

    code = "provider_test_failed"
    __test__ = False


@dataclass(frozen=True, slots=True)
class Given:
    """What people say about a provider. `secret` is the id of a secret in the vault, None for one that needs no key."""

    name: str
    base_url: str
    secret: UUID | None = None
    default_model: str = ""
    legal_entity: str = ""
    country: str = ""
    contact: str = ""
    retention_note: str = ""


def create(*, actor: Actor, given: Given, at: datetime, key: str = "") -> Provider:
    """Test live, then save and bind the secret; a `key` goes into the vault first. Raises Forbidden, Invalid, TestFailed,
    NameTaken."""
    access.require(actor, rules.ADD)
    provider = Provider(id=ids.new_id(at), kind=rules.Kind.OPENAI, epoch=0, created_at=at, changed_at=at)
    _fill(provider, given)
    _accept(provider, _tested(actor, provider, at, key.strip()), at)
    try:
        with transaction.atomic():
            if key.strip():
                provider.secret_id = vault.create(actor=actor, name=provider.name, kind="api_key", value=key, at=at).id
            provider.epoch = epochs.bump()
            provider.save(force_insert=True)
            if provider.secret_id:
                vault.bind(actor=actor, secret=_secret(actor, provider.secret_id), user=_user(provider), at=at)
            journal.record("providers.provider.created", actor=actor, obj=provider, at=at)
    except IntegrityError as error:
        raise NameTaken(_("There is a provider of this name already.")) from error
    return provider


def change(*, actor: Actor, provider: Provider, given: Given, revision: int, at: datetime) -> Provider:
    """Test live when address, key or model differ, then save. Raises Forbidden, Invalid, TestFailed, Changed, BuiltIn."""
    access.require(actor, rules.CHANGE)
    if provider.kind == rules.Kind.DEMO:
        raise BuiltIn(_("The demo provider is built in and stays as it is."))
    before = (provider.base_url, provider.secret_id, provider.default_model)
    _fill(provider, given)
    if (provider.base_url, provider.secret_id, provider.default_model) != before:
        _accept(provider, _tested(actor, provider, at), at)
    try:
        with transaction.atomic():
            _same(provider, revision)
            _touch(provider, at)
            _rebind(actor, provider, before[1], at)
            journal.record("providers.provider.changed", actor=actor, obj=provider, at=at)
    except IntegrityError as error:
        raise NameTaken(_("There is a provider of this name already.")) from error
    return provider


def test(*, actor: Actor, provider: Provider, at: datetime) -> Outcome:
    """Test a saved provider live and remember the outcome. Raises Forbidden."""
    access.require(actor, rules.CHANGE)
    outcome = _tested(actor, provider, at)
    with transaction.atomic():
        _remember(provider, outcome, at)
        provider.save(update_fields=["checked_at", "checked_code", "checked_ms", "listed_models"])
        detail = {"outcome": outcome.code, "milliseconds": outcome.milliseconds}
        journal.record("providers.provider.tested", actor=actor, obj=provider, detail=detail, at=at)
    return outcome


def disable(*, actor: Actor, provider: Provider, at: datetime) -> Provider:
    """Assistants that use it are refused from the next epoch on."""
    return _switch(actor, provider, "disabled", at)


def enable(*, actor: Actor, provider: Provider, at: datetime) -> Provider:
    return _switch(actor, provider, "enabled", at)


def allow_host(*, actor: Actor, host: str, reason: str, at: datetime) -> AllowedHost:
    """Let one exact host:port be private. Raises Forbidden, Invalid, Conflict."""
    access.require(actor, rules.ALLOW)
    with transaction.atomic():
        found = hosts.add(host=host, reason=reason, actor=actor, at=at)
        epochs.bump()
        journal.record("providers.host.allowed", actor=actor, obj=found, detail={"port": found.port}, at=at)
    return found


def withdraw_host(*, actor: Actor, host: AllowedHost, at: datetime) -> None:
    """Calls to it are refused from the next epoch on."""
    access.require(actor, rules.ALLOW)
    with transaction.atomic():
        journal.record("providers.host.withdrawn", actor=actor, obj=host, detail={"port": host.port}, at=at)
        host.delete()
        epochs.bump()


def _fill(provider: Provider, given: Given) -> None:
    values: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in asdict(given).items()
    }
    values["country"] = values["country"].upper()
    faults = {}
    if not 1 <= len(values["name"]) <= 80:
        faults["name"] = _("Give it a name of at most 80 characters.")
    if values["country"] and not _COUNTRY.fullmatch(values["country"]):
        faults["country"] = _("Two letters, such as DE, US or FR.")
    try:
        values["base_url"] = parse(values["base_url"]).url.rstrip("/")
    except EgressError as error:
        faults["base_url"] = error.sentence
    if faults:
        raise Invalid(fields=faults)
    contact, provider.secret_id = values.pop("contact"), values.pop("secret")
    for name, value in values.items():
        setattr(provider, name, value)
    if contact and provider.key_id is None:
        provider.key_id = keyring.create("person", owners=(provider.id,))
    provider.contact = contact or None


def _tested(actor: Actor, provider: Provider, at: datetime, key: str = "") -> Outcome:
    try:
        key = key or _key(actor, provider, at)
    except Refusal as refusal:
        raise TestFailed(fields={"secret": refusal.sentence}) from None
    target = Target(kind=provider.kind, base_url=provider.base_url, key=key)
    return check(target, provider.default_model, allowed=hosts.allowed())


def _key(actor: Actor, provider: Provider, at: datetime) -> str:
    """The key for a test. A secret that is not bound yet is bound for this look only: the transaction is undone."""
    if provider.secret_id is None:
        return ""
    with transaction.atomic():
        vault.bind(actor=actor, secret=_secret(actor, provider.secret_id), user=_user(provider), at=at)
        value = vault.use(provider.secret_id, user=_user(provider), at=at).decode()
        transaction.set_rollback(True)
    return value


def _accept(provider: Provider, outcome: Outcome, at: datetime) -> None:
    if not outcome.ok:
        sentence = str(rules.OUTCOMES[outcome.code])
        raise TestFailed(fields={rules.FIELD_OF.get(outcome.code, "base_url"): sentence})
    _remember(provider, outcome, at)


def _remember(provider: Provider, outcome: Outcome, at: datetime) -> None:
    provider.checked_at, provider.checked_code, provider.checked_ms = at, outcome.code, outcome.milliseconds
    if outcome.models:
        provider.listed_models = sorted(outcome.models)[: rules.MODELS_KEPT]


def _rebind(actor: Actor, provider: Provider, before: UUID | None, at: datetime) -> None:
    if provider.secret_id == before:
        return
    if before:
        vault.unbind(actor=actor, secret=_secret(actor, before), user=_user(provider), at=at)
    if provider.secret_id:
        vault.bind(actor=actor, secret=_secret(actor, provider.secret_id), user=_user(provider), at=at)


def _secret(actor: Actor, secret_id: UUID) -> Any:
    found = vault_queries.visible_to(actor).filter(id=secret_id).first()
    if found is None:
        raise Invalid(fields={"secret": _("There is no such secret.")})
    return found


def _user(provider: Provider) -> tuple[str, UUID]:
    return "provider", provider.id


def _same(provider: Provider, revision: int) -> None:
    known = Provider.objects.select_for_update().values_list("revision", flat=True).get(id=provider.id)
    if known != revision:
        raise Changed(_("Somebody changed this provider since you read it. Look at it again."))
    provider.revision = known


def _touch(provider: Provider, at: datetime) -> None:
    provider.epoch, provider.revision, provider.changed_at = epochs.bump(), provider.revision + 1, at
    provider.save()


def _switch(actor: Actor, provider: Provider, word: str, at: datetime) -> Provider:
    access.require(actor, rules.DISABLE)
    with transaction.atomic():
        provider = Provider.objects.select_for_update().get(id=provider.id)
        if provider.enabled == (word == "enabled"):
            raise Conflict(_("This provider is in that state already."))
        provider.enabled = word == "enabled"
        _touch(provider, at)
        journal.record(f"providers.provider.{word}", actor=actor, obj=provider, at=at)
    return provider
