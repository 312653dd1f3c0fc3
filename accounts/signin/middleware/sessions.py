"""Sessions end: when they lie idle, when they have lasted long enough, when somebody ends them. In real time."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.access.rules import SESSION_ID
from accounts.people.models import User
from accounts.signin import queries
from accounts.signin.rules import LEAST, OPENED_AT, SEEN_AT, TOUCH, WAS, session_over
from accounts.signin.services import devices, limits, policies, sessions
from panel.kernel import clock
from panel.kernel.errors import Forbidden
from panel.ui.menu import actor_of
from panel.ui.pages import go
from panel.ui.web import problems

# The way to a passkey, and the ways out.
TO_A_PASSKEY = {
    "signin:needed", "signin:passkeys", "signin:passkey_challenge", "signin:step_up", "signin:step_up_passkey",
    "signin:step_up_challenge", "signin:sign_in", "signin:sign_out",
}  # fmt: skip

ZONES, LANGUAGES = available_timezones(), dict(settings.LANGUAGES)
YEAR_SECONDS = 365 * 86400


class Sessions:
    """Stands before the doors, so that a session that is over is nobody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        over = _over(request, user) if isinstance(user, User) and user.is_authenticated else ""
        if over:
            _close(request, over)
        response = self.get_response(request)
        if over:
            response.headers.setdefault("Clear-Site-Data", '"cache"')
        token = getattr(request, "device_token", "")
        if token:
            response.set_cookie(
                devices.COOKIE, token, max_age=YEAR_SECONDS, secure=settings.SECURE_TLS, httponly=True, samesite="Lax"
            )
        return response


class Preferences:
    """Somebody's own language, time zone, colours and density; nobody's are the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        if user.language in LANGUAGES:
            # Not undone here: the answer's Content-Language is written further out, and every request begins anew.
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        request.theme, request.density = user.theme, user.density  # type: ignore[attr-defined]
        with timezone.override(user.time_zone if user.time_zone in ZONES else "UTC"):
            return self.get_response(request)


def _over(request: HttpRequest, user: User) -> str:
    """Why this session is over, or ""; then its use is written down, at most once a minute."""
    opened, seen, sid = _instant(request, OPENED_AT), _instant(request, SEEN_AT), _sid(request)
    if opened is None or seen is None or user.ended(opened, sid) or not user.is_active:
        return "ended"
    at = timezone.now()
    # The usual request asks nothing more of the database: limits and roles matter to who has been away or here for long.
    if LEAST.surely_open(opened, seen, at):
        return ""
    allowed = limits.current()
    if not allowed.surely_open(opened, seen, at):
        over = session_over(opened, seen, at, allowed.of(*queries.held_to(user.id)))
        if over:
            return over
    if at - seen >= TOUCH:
        request.session[SEEN_AT] = at.timestamp()
        if sid:
            sessions.seen(sid=sid, network=devices.network(str(request.META.get("REMOTE_ADDR", ""))), at=at)
    return ""


def _close(request: HttpRequest, over: str) -> None:
    was, sid = str(request.user.pk), _sid(request)
    auth.logout(request)
    request.session[WAS] = was
    if sid and over != "ended":
        sessions.expired(sid=sid, why=over)


def _sid(request: HttpRequest) -> UUID | None:
    found = request.session.get(SESSION_ID)
    return UUID(found) if found else None


def _instant(request: HttpRequest, name: str) -> datetime | None:
    found = request.session.get(name)
    return datetime.fromtimestamp(found, UTC) if isinstance(found, int | float) else None


class FactorPolicy:
    """A session that opened without the passkey that its person's role asks for goes no further than to one. Stands after
    the doors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match, actor = request.resolver_match, actor_of(request)
        if actor.kind != "person" or actor.id is None or actor.via is None or actor.via[0] != "session":
            return None
        if match and match.view_name in TO_A_PASSKEY:
            return None
        if not policies.owes_passkey(request.session, actor.id, clock.now()):
            return None
        if problems.is_api(request):
            refusal = Forbidden(_("Your role asks for a passkey or security key."), code="passkey_needed")
            return problems.answer(request, refusal)
        return go(request, reverse("signin:needed"))
