"""The door of a data subject's own pages (`accounts.access.rules.open_to_subject`): a session by link, or an account that is
signed in. Whoever has neither is asked to prove a name first.

Views find whose pages they show in `request.visitor`; pages open to all ask `request.find_visitor()`.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.access.rules import door_of
from compliance.subjects import queries
from compliance.subjects.models import SubjectSession
from compliance.subjects.rules import SESSION_LIFE, Kind, Proof, Visitor
from compliance.subjects.services import naming
from panel.kernel import actors
from panel.kernel.actors import Actor

COOKIE = "__Host-privacy" if settings.SESSION_COOKIE_SECURE else "privacy"


class Visitors:
    """`request.subject_token`, set by a view, becomes the session's cookie; "" drops it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.find_visitor = lambda: visitor_of(request)  # type: ignore[attr-defined]
        request.find_session = lambda: session_of(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        token = getattr(request, "subject_token", None)
        if token:
            _keep(response, token)
        elif token == "":
            response.delete_cookie(COOKIE, samesite="Lax")
        return response

    def process_view(
        self, request: HttpRequest, view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        declared = door_of(view)
        if declared is None or not declared.subject:
            return None
        visitor = visitor_of(request)
        if visitor is None:
            back = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("subjects:mine")
            return HttpResponseRedirect(f"{reverse('subjects:proving')}?{urlencode({'next': back})}")
        request.visitor = visitor  # type: ignore[attr-defined]
        return None


def session_of(request: HttpRequest) -> SubjectSession | None:
    """The session by link of this browser."""
    token = request.COOKIES.get(COOKIE, "")
    return queries.session(token, timezone.now()) if token else None


def visitor_of(request: HttpRequest) -> Visitor | None:
    """Whose own pages this browser may see; the session by link goes before the account."""
    row = session_of(request)
    if row is not None:
        return queries.visitor(row)
    actor: Actor = getattr(request, "actor", actors.ANONYMOUS)
    if actor.kind != "person" or actor.id is None:
        return None
    subject = naming.subject_for(Kind.ACCOUNT, str(actor.id))
    return Visitor(subject, tuple(queries.together(subject)), Proof.SIGNED_IN, account=actor.id)


def _keep(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
