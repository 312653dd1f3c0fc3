"""Verbs of API keys: issue and revoke. The key itself exists in the answer of `issue` only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.credentials.engine import addresses, tokens
from accounts.credentials.models import ApiKey, ApiKeyAssistant, Client
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import programs
from accounts.credentials.rules.life import GATEWAY_SCOPES, MODELS, NEVER, Kind
from accounts.credentials.rules.permits import END_ANY, ISSUE, ISSUE_MANAGEMENT
from accounts.people.models import Service, User
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid
from panel.kernel.registries import objects


class NotActive(Conflict):
    """The key does not work any more, or was rotated just now."""

    code = "key_not_active"


@dataclass(frozen=True)
class Issued:
    """`token` is the key, shown once and stored nowhere."""

    key: ApiKey
    token: str

    def __repr__(self) -> str:
        return f"<issued {self.key.key_id}>"


@transaction.atomic
def issue(
    *,
    actor: Actor,
    name: str,
    kind: Kind,
    scopes: Sequence[str],
    assistants: Iterable[UUID],
    expires_at: datetime,
    at: datetime,
    networks: Sequence[str] = (),
    service: Service | None = None,
) -> Issued:
    """A new key of the actor, or of a service account that they answer for: then it reaches what the account reaches.
    Raises Forbidden, NeedsFreshFactor, Invalid."""
    require(actor, kind, scopes)
    if service is not None and not programs.answers_for(actor, service):
        raise Forbidden(_("Only who answers for a service account makes keys for it."), permit=ISSUE.name)
    holder = actor if service is None else programs.acting(service)
    chosen = list(dict.fromkeys(assistants))
    key = ApiKey(name=" ".join(name.split()), kind=kind, scopes=list(dict.fromkeys(scopes)), expires_at=expires_at)
    key.used_scopes = [one for one in key.scopes if one == MODELS]  # a list leaves no record and is no risk
    key.networks = [one for one in dict.fromkeys(text.strip() for text in networks) if one]
    _check(holder, key, chosen, at)
    owner = User.objects.filter(id=holder.id).first() if holder.id else None
    if owner is None:
        raise Forbidden(_("A key belongs to somebody; the console has none."), permit=ISSUE.name)
    key.owner, key.data_key, key.created_at = owner, owner.key_id, at
    key.creator_kind, key.creator_id = actor.kind, actor.id
    key.key_id, token = tokens.generate(str(kind))
    key.digest, key.epoch = tokens.digest(queries.pepper(), token), epochs.bump()
    key.save(force_insert=True)
    if kind is Kind.CLIENT:
        Client.objects.create(
            key=key, client_id=key.key_id, client_type=Client.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
        )  # fmt: skip
    ApiKeyAssistant.objects.bulk_create(ApiKeyAssistant(api_key=key, assistant_id=one) for one in chosen)
    detail = {"key_id": key.key_id, "kind": str(kind), "expires_at": key.expires_at.isoformat()}
    journal.record("credentials.key.issued", actor=actor, obj=key, detail=detail, at=at)
    return Issued(key, token)


def require(actor: Actor, kind: str, scopes: Iterable[str]) -> None:
    """Whoever makes a key that manages the panel proves a factor. Raises Forbidden, NeedsFreshFactor."""
    calls_only = kind != Kind.MANAGEMENT and set(scopes) <= set(GATEWAY_SCOPES)
    rights.require(actor, ISSUE if calls_only else ISSUE_MANAGEMENT)


def _check(actor: Actor, key: ApiKey, chosen: list[UUID], at: datetime) -> None:
    wrong = {
        "name": "" if key.name else _("Give the key the name of the application that uses it."),
        "expires_at": _wrong_end(key.expires_at, at),
        "scopes": _wrong_scopes(actor, key, at),
        "assistants": _wrong_assistants(actor, key, chosen),
        "networks": wrong_networks(key.networks),
    }
    if any(wrong.values()):
        raise Invalid(fields={name: sentence for name, sentence in wrong.items() if sentence})


def _wrong_end(expires_at: datetime, at: datetime) -> str:
    policy = queries.policy()
    if expires_at >= NEVER:
        return "" if policy.never else _("Every key ends. Choose a day.")
    if at < expires_at <= at + timedelta(days=policy.longest_days):
        return ""
    sentence = ngettext(
        "A key lives for at most %(n)s day, as the policy of this panel says.",
        "A key lives for at most %(n)s days, as the policy of this panel says.",
        policy.longest_days,
    )
    return sentence % {"n": policy.longest_days}


def _wrong_scopes(actor: Actor, key: ApiKey, at: datetime) -> str:
    scopes = set(key.scopes)
    if not scopes:
        return _("Choose what the key may do.")
    foreign = scopes - set(GATEWAY_SCOPES)
    if key.kind == Kind.GATEWAY and foreign:
        return _("A gateway key knows these scopes: %(names)s.") % {"names": ", ".join(GATEWAY_SCOPES)}
    if key.kind == Kind.MANAGEMENT and foreign != scopes:
        return _("A management key does not call assistants. Make another key for that.")
    return _("A key cannot do more than you.") if foreign - queries.own_scopes(actor, at) else ""


def _wrong_assistants(actor: Actor, key: ApiKey, chosen: list[UUID]) -> str:
    calls = not set(key.scopes).isdisjoint(GATEWAY_SCOPES)
    if not chosen:
        return _("Choose at least one assistant.") if calls and key.kind != Kind.MANAGEMENT else ""
    if set(objects.cards(actor, "assistant", chosen)) != set(chosen):
        return _("One of these assistants does not exist, or you may not see it.")
    return ""


def wrong_networks(texts: Sequence[str]) -> str:
    """What is wrong with these address ranges, in words; "" when nothing is."""
    if len(texts) > addresses.MOST:
        return _("At most %(n)s ranges. Put neighbours into one.") % {"n": addresses.MOST}
    for text in texts:
        try:
            addresses.parse(text)
        except ValueError:
            return _("“%(text)s” is no address range. Write 203.0.113.0/24 or 2001:db8::/32.") % {"text": text[:43]}
    return ""


def revoke(*, actor: Actor, key: ApiKey, at: datetime) -> list[str]:
    """End a key everywhere: returns when every live gateway worker knows, or after a second; names the silent ones,
    which refuse by themselves. Revoking again does nothing. Raises Forbidden."""
    number = end(actor=actor, key=key, at=at)
    return epochs.wait(number) if number else []


@transaction.atomic
def end(*, actor: Actor, key: ApiKey, at: datetime) -> int:
    """The same inside a caller's transaction, without waiting for the workers; the epoch, 0 when it had ended before."""
    row = may_end(actor, key)
    if row.revoked_at is not None:
        return 0
    row.revoked_at, row.epoch = at, epochs.bump()
    row.save(update_fields=["revoked_at", "epoch"])
    key.revoked_at = at
    journal.record("credentials.key.revoked", actor=actor, obj=row, detail={"key_id": row.key_id}, at=at)
    return row.epoch


def may_end(actor: Actor, key: ApiKey) -> ApiKey:
    """The locked row, if it is the actor's own or they may end anybody's. Raises Forbidden."""
    row = ApiKey.objects.select_for_update(of=("self",)).get(id=key.id)
    if not queries.may_use(actor, row) or not access.can(actor, ISSUE):
        rights.require(actor, END_ANY)
    return row


def rights_changed(users: set[UUID], at: datetime) -> None:  # noqa: ARG001 - the gateway asks for ends itself
    """What their owners may see is other than before: the gateway reads these keys again."""
    calling = (Kind.GATEWAY, Kind.CLIENT)
    rows = ApiKey.objects.filter(owner_id__in=users, kind__in=calling, revoked_at__isnull=True)
    if rows.exists():
        rows.update(epoch=epochs.bump())


def end_of(user: User, at: datetime) -> None:
    """Every key of somebody whose account is disabled ends with it."""
    rows = ApiKey.objects.filter(owner=user, revoked_at__isnull=True)
    if rows.exists():
        rows.update(revoked_at=at, epoch=epochs.bump())
