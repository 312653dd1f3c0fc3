"""Who calls: the doors of accounts.access have found the actor, this tells DRF and checks the session's CSRF token."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden
from panel.ui.menu import actor_of


@dataclass(frozen=True)
class Caller:
    """DRF's `request.user`: somebody who acts, with nothing personal."""

    actor: Actor
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def pk(self) -> Any:
        return self.actor.id


class _Csrf(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:  # noqa: ARG002 - the name and signature are Django's
        return reason


class ByActor(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        actor = actor_of(request._request)
        if actor.kind == "anonymous":
            return None
        if actor.kind == "person" and not request.headers.get("Authorization"):
            _check_csrf(request._request)
        return Caller(actor), None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return "Bearer"


def _check_csrf(request: HttpRequest) -> None:
    def never(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    check = _Csrf(never)
    check.process_request(request)
    # DRF marks its views exempt; a session is a cookie, so its writes need the token all the same.
    if check.process_view(request, never, (), {}):
        raise Forbidden("The CSRF token is missing or wrong.", code="csrf")


class Somebody(BasePermission):
    """A second lock behind the doors: without an actor only what says `open_to_all` answers."""

    def has_permission(self, request: Request, view: Any) -> bool:
        door = getattr(view, "door", None)
        return bool(request.user and request.user.is_authenticated) or bool(getattr(door, "why_open", ""))


class ByActorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "panel.ui.api.doors.ByActor"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "description": "An API key (clp_...) with the scope of the call."}
