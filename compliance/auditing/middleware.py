"""Tells the change feed who acts in this request, and the journal what a view refused.

The doors journal what they refuse themselves. What passes them and is refused inside (no right on this one object) leaves
the view as a Forbidden; it is journalled here, when the transaction of the attempt is over.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from compliance.auditing.services.feed import acting_as
from panel.journal.services import record_refusal
from panel.kernel import actors, clock
from panel.kernel.errors import Forbidden, NeedsFreshFactor


class ChangeFeed:
    """Changes saved while a view runs carry the request's actor and id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asked when something is saved: the doors, which know, may stand before or behind this.
        with acting_as(lambda: getattr(request, "actor", actors.ANONYMOUS)):
            return self.get_response(request)


class Refused:
    """Stands innermost: it sees an exception before another middleware turns it into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Endpoints answer their own exceptions; their handler leaves the refusal on the request.
        _note(request, getattr(request, "refusal", None))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        _note(request, exception)


def _note(request: HttpRequest, refusal: Exception | None) -> None:
    # A factor that is not fresh is asked for, not refused.
    if not isinstance(refusal, Forbidden) or isinstance(refusal, NeedsFreshFactor):
        return
    match = request.resolver_match
    record_refusal(
        actor=getattr(request, "actor", actors.ANONYMOUS),
        route=(match.view_name or match.route) if match else "",
        reason=refusal.permit or refusal.code,
        at=clock.now(),
        address=request.META.get("REMOTE_ADDR", ""),
    )
