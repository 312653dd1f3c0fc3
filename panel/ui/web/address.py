"""Whose address a request came from."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class RealAddress:
    """Take the client's address from the front.

    Safe because only the front can open the panel's 0600 socket, and it drops any X-Forwarded-* that a client sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if forwarded and not request.META.get("REMOTE_ADDR"):
            request.META["REMOTE_ADDR"] = forwarded.rsplit(",", 1)[-1].strip()
        return self.get_response(request)
