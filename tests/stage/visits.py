"""Call a page as somebody, without signing in: the view and its template run, doors and middleware do not."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from panel.kernel.actors import Actor


def visit(actor: Actor, url: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """GET, or POST when there is `data`. Refusals of the view are raised."""
    request: Any = RequestFactory().get(url) if data is None else RequestFactory().post(url, data)
    match = resolve(request.path)
    request.actor, request.user, request.session, request.resolver_match = actor, AnonymousUser(), {}, match
    request.htmx, request.csp_nonce = False, "nonce"
    request._messages = FallbackStorage(request)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response


def told(response: HttpResponse) -> str:
    """The page's text."""
    return response.content.decode()
