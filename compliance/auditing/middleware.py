"""Tells the change feed who acts in this request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from compliance.auditing.services import acting_as
from panel.kernel import actors


class ChangeFeed:
    """Changes saved while a view runs carry the request's actor and id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asked when something is saved: the doors, which know, may stand before or behind this.
        with acting_as(lambda: getattr(request, "actor", actors.ANONYMOUS)):
            return self.get_response(request)
