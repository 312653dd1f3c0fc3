"""How DRF learns who asks: the door has decided already, and a session still needs its CSRF token."""

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from panel.kernel.actors import Actor


class DoorAuthentication(SessionAuthentication):
    """`request.user` stays Django's; `request.actor` is who acts. A key needs no CSRF token, a session does."""

    def authenticate(self, request: Request) -> tuple[Any, Actor] | None:
        inner = request._request
        actor: Actor | None = getattr(inner, "actor", None)
        if actor is None or actor.kind == "anonymous":
            return None
        if actor.via is None or actor.via[0] == "session":
            self.enforce_csrf(request)
        return inner.user, actor

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        return "Bearer"
