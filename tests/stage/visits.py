"""Call a page as somebody, without signing in: the view and its template run, doors and middleware do not."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from rest_framework.test import APIRequestFactory

from accounts.access.queries import remembering
from panel.kernel.actors import Actor


def visit(actor: Actor, url: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """GET, or POST when there is `data`. Refusals of the view are raised."""
    request: Any = RequestFactory().get(url) if data is None else RequestFactory().post(url, data)
    match = resolve(request.path)
    request.actor, request.user, request.session, request.resolver_match = actor, AnonymousUser(), {}, match
    request.htmx, request.csp_nonce = False, "nonce"
    request._messages = FallbackStorage(request)
    with remembering():  # as the middleware does for every request
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response


def told(response: HttpResponse) -> str:
    """The page's text."""
    return response.content.decode()


def call(actor: Actor, method: str, url: str, body: Any = None, **headers: str) -> Any:
    """Call an endpoint as somebody: `call(adam, "post", url, {...}, if_match=tag)`. Answers with the rendered response;
    `.data` is what it says."""
    sent = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    request: Any = getattr(APIRequestFactory(), method)(url, body, format="json", **sent)
    match = resolve(request.path)
    request.actor, request.resolver_match = actor, match
    request._dont_enforce_csrf_checks = True
    response = match.func(request, *match.args, **match.kwargs)
    return response.render()
