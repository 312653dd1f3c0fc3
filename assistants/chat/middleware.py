"""A chat inside another site's page brings its session in a header and nothing else: no cookie is read with it, so nothing
that a browser sends by itself can act, and a form token protects nothing more."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from assistants.chat.rules.chats import HEADER

PLACE, FRAME = "/chat/", "/embed/"


class Widgets:
    """Before sessions and form tokens are read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PLACE):
            return self.get_response(request)
        by_header = HEADER in request.headers
        if not by_header and not request.path.endswith(FRAME):
            return self.get_response(request)
        request.COOKIES = {}
        if by_header:
            # A page elsewhere cannot send this header: browsers ask first, and the panel never allows it.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.cookies.clear()
        return response
