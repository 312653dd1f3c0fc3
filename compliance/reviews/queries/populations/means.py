"""What acts for somebody: API keys, OAuth clients, service accounts, guests, open sessions."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max

from accounts.access.models import Guest
from accounts.credentials.models import ApiKey
from accounts.credentials.rules.life import SETTLED, Kind
from accounts.people.models import Service
from accounts.people.rules import State
from accounts.signin.models import Session
from accounts.signin.rules import SESSION_MOST
from compliance.reviews.queries.populations import holders
from compliance.reviews.queries.populations.holders import Holders
from compliance.reviews.rules import flags
from compliance.reviews.rules.populations import Found


def keys(at: datetime) -> Iterator[Found]:
    known = holders.read()
    for one in ApiKey.objects.active(at).exclude(kind=Kind.CLIENT).prefetch_related("assistants"):
        yield _key("api_key", one, known, at)


def clients(at: datetime) -> Iterator[Found]:
    known = holders.read()
    for one in ApiKey.objects.active(at).filter(kind=Kind.CLIENT).prefetch_related("assistants"):
        yield _key("oauth_client", one, known, at)


def _key(kind: str, one: ApiKey, known: Holders, at: datetime) -> Found:
    reached = sorted(one.assistants.all(), key=lambda link: link.assistant_id)
    idle = not set(one.scopes) <= set(one.used_scopes) or any(link.last_used_on is None for link in reached)
    marks = known.flags(one.owner_id) | flags.of_use(one.last_used_at, one.created_at, at)
    marks |= {"over_scoped"} if idle and at - one.created_at > SETTLED and one.last_used_at else frozenset()
    marks |= {"privileged"} if one.kind == Kind.MANAGEMENT else frozenset()
    marks |= {"endless"} if one.endless else frozenset()
    detail = {
        "name": one.name,
        "key": one.key_id,
        "scopes": sorted(one.scopes),
        "assistants": [str(link.assistant_id) for link in reached],
    }
    return Found(
        kind, str(one.id), ("user", one.owner_id), one.kind, given_at=one.created_at, expires_at=one.expires_at,
        giver=(one.creator_kind, one.creator_id), used_at=one.last_used_at, flags=marks, detail=detail,
    )  # fmt: skip


def services(at: datetime) -> Iterator[Found]:  # noqa: ARG001 - a service account has no end
    known = holders.read()
    used = dict(ApiKey.objects.values("owner_id").annotate(last=Max("last_used_at")).values_list("owner_id", "last"))
    for one in Service.objects.filter(user__state=State.ACTIVE).select_related("user"):
        yield Found(
            "service", str(one.user_id), ("user", one.user_id), "service", given_at=one.user.created_at,
            used_at=used.get(one.user_id), giver=("person", one.responsible_id),
            flags=known.flags(one.user_id), detail={"name": one.name},
        )  # fmt: skip


def guests(at: datetime) -> Iterator[Found]:
    known = holders.read()
    rows = Guest.objects.filter(expires_at__gt=at, user__state=State.ACTIVE)
    for one in rows:
        used = known.seen.get(one.user_id)
        yield Found(
            "guest", str(one.user_id), ("user", one.user_id), "guest", given_at=one.given_at, expires_at=one.expires_at,
            giver=(one.giver_kind, one.giver_id), used_at=used, flags=flags.of_use(used, one.given_at, at),
            detail={"permits": sorted(one.permits)},
        )  # fmt: skip


def sessions(at: datetime) -> Iterator[Found]:
    for one in Session.objects.filter(ended_at=None, opened_at__gt=at - SESSION_MOST):
        yield Found(
            "session", str(one.id), ("user", one.user_id), "session", given_at=one.opened_at, used_at=one.seen_at,
            detail={"factors": one.factors},
        )  # fmt: skip
