"""Tells the change feed who acts in this request; stands behind the doors, which know."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from compliance.auditing.services import acting_as
from panel.kernel import actors


class ChangeFeed:
    """Changes saved while a view runs carry the request's actor and id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting_as(getattr(request, "actor", actors.ANONYMOUS)):
            return self.get_response(request)
