"""Sessions end: after half an hour without use, after twelve hours, when the person's are ended. In real time."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.access import queries
from accounts.people.models import User
from accounts.signin.rules import IDLE_PRIVILEGED, OPENED_AT, SEEN_AT, TOUCH, session_over


class Sessions:
    """Stands before the doors, so that a session that is over is nobody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and user.is_authenticated and _over(request, user):
            auth.logout(request)
        return self.get_response(request)


def _over(request: HttpRequest, user: User) -> bool:
    """Whether this session has ended; if not, its use is written down at most once a minute."""
    opened, seen = _instant(request, OPENED_AT), _instant(request, SEEN_AT)
    if opened is None or seen is None or user.ended(opened) or not user.is_active:
        return True
    at = timezone.now()
    # Roles matter only to who has been away for long: the usual request asks nothing more of the database.
    roles = queries.roles_of(user.id) if at - seen >= IDLE_PRIVILEGED else frozenset()
    if session_over(opened, seen, at, roles):
        return True
    if at - seen >= TOUCH:
        request.session[SEEN_AT] = at.timestamp()
    return False


def _instant(request: HttpRequest, name: str) -> datetime | None:
    found = request.session.get(name)
    return datetime.fromtimestamp(found, UTC) if isinstance(found, int | float) else None
