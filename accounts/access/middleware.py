"""Doors: nobody comes in by a view that does not say who may.

The sign-in slice writes what a session proved under the session keys below; only a session with both factors is somebody.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import MAX_URL_REDIRECT_LENGTH
from django.utils.translation import gettext as _

from accounts.access import queries
from accounts.access.rules import FRESH_AT, ROLE_NAMES, SESSION_ID, Permit, Role, door_of, lacking, needs_proof
from accounts.people.models import User
from panel.journal.services import record_refusal
from panel.kernel import actors, clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, NeedsFreshFactor, Refusal, Unauthenticated
from panel.ui.menu import Identity
from panel.ui.web import errors, problems

SIGN_IN, STEP_UP = "signin:sign_in", "signin:step_up"
# Finds the actor of an `Authorization: Bearer` header sent from an address, or None; the floor above registers it.
_bearers: list[Callable[[str, datetime, str], Actor | None]] = []


def register_bearer(find: Callable[[str, datetime, str], Actor | None]) -> None:
    _bearers.append(find)


# Told of whoever came through a door by something else than a session: actor, permit, address, instant.
_watchers: list[Callable[[Actor, str, str, datetime], None]] = []


def register_entry(watch: Callable[[Actor, str, str, datetime], None]) -> None:
    _watchers.append(watch)


# Keeps a form for its sender and says where it goes on, or None; the floor above registers it.
_keepers: list[Callable[[HttpRequest], str | None]] = []


def register_keeper(keep: Callable[[HttpRequest], str | None]) -> None:
    _keepers[:] = [keep]


class Doors:
    """Sets `request.actor`, then lets in, asks to sign in, asks for a fresh factor, or refuses and journals it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with queries.remembering():
            request.actor = _actor(request)  # type: ignore[attr-defined]
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        declared = door_of(view)
        if declared is None:
            return _refuse(request, Forbidden(_("This page does not say who may open it.")), "undeclared")
        if declared.why_open:
            return None
        method = "get" if request.method in {"HEAD", "OPTIONS"} else (request.method or "get")
        permit = declared.permit_for(method)
        if permit is None:
            return _refuse(request, Forbidden(_("This page does not say who may do this.")), "undeclared")
        return _check(request, permit)


def _check(request: HttpRequest, permit: Permit) -> HttpResponse | None:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.kind == "anonymous":
        return _to_sign_in(request)
    if not queries.may_enter(actor, permit):
        return _refuse(request, Forbidden(lacking(actor, permit), permit=permit.name), permit.name)
    if permit.fresh and needs_proof(actor, timezone.now()):
        return needs_factor(request, NeedsFreshFactor(_("Prove your second factor once more for this.")))
    if actor.via is not None and actor.via[0] != "session":
        for watch in _watchers:
            watch(actor, permit.name, request.META.get("REMOTE_ADDR", ""), clock.now())
    return None


def _actor(request: HttpRequest) -> Actor:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token and request.path.startswith("/api/"):
        address = request.META.get("REMOTE_ADDR", "")
        found = [actor for find in _bearers if (actor := find(token.strip(), clock.now(), address))]
        return _named(found[0], request) if found else actors.ANONYMOUS
    user = request.user
    if not user.is_authenticated or not user.is_active or not user.is_verified():  # type: ignore[attr-defined]
        return actors.ANONYMOUS
    sid, fresh = request.session.get(SESSION_ID), request.session.get(FRESH_AT)
    fresh_at = datetime.fromtimestamp(fresh, UTC) if isinstance(fresh, int | float) else None
    via = ("session", UUID(sid)) if sid else None
    return _named(Actor("person", user.pk, via=via, fresh_at=fresh_at), request)


def _named(actor: Actor, request: HttpRequest) -> Actor:
    request_id = str(getattr(request, "request_id", ""))
    return Actor(actor.kind, actor.id, via=actor.via, fresh_at=actor.fresh_at, request_id=request_id)


def identity(request: HttpRequest) -> Identity | None:
    """Who the rail's foot names: full name, and the highest role in words."""
    actor: Actor = getattr(request, "actor", actors.ANONYMOUS)
    if actor.kind != "person" or not isinstance(request.user, User):
        return None
    roles = queries.standing(actor).roles
    role = next((one for one in Role if one in roles), Role.MEMBER)
    return Identity(request.user.full_name, ROLE_NAMES[role])


def _refuse(request: HttpRequest, refusal: Refusal, reason: str) -> HttpResponse:
    match = request.resolver_match
    record_refusal(
        actor=request.actor,  # type: ignore[attr-defined]
        route=(match.view_name or match.route) if match else "",
        reason=reason,
        at=clock.now(),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return errors.answer(request, refusal)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if problems.is_api(request):
        return _refuse(request, Unauthenticated(_("Sign in, or send an API key.")), "not_signed_in")
    return _elsewhere(request, SIGN_IN)


def needs_factor(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """To the page that asks for a factor, and back; for the API a problem that says so."""
    return problems.answer(request, refusal) if problems.is_api(request) else _elsewhere(request, STEP_UP)


def _elsewhere(request: HttpRequest, name: str) -> HttpResponse:
    here = request.headers.get("HX-Current-URL") if getattr(request, "htmx", None) else None
    if request.method in {"GET", "HEAD"}:
        back: str | None = here or request.get_full_path()
    else:
        back = (
            next((url for keep in _keepers if (url := keep(request))), None) or here or request.headers.get("Referer")
        )
    url = f"{reverse(name)}?{urlencode({'next': back or '/'})}"
    if len(url) > MAX_URL_REDIRECT_LENGTH:  # Django would refuse to send anybody there, and the page would be a fault.
        url = f"{reverse(name)}?{urlencode({'next': '/'})}"
    if getattr(request, "htmx", None):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)
