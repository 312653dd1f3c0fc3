"""The browser's session: half open after the password, open after the second factor, cycled at each step."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import django_otp
from django.contrib import auth
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_otp.models import Device

from accounts.access.rules import FRESH_AT, SESSION_ID
from accounts.people import queries as people
from accounts.people.models import User
from accounts.signin.rules import OPENED_AT, PENDING, PROVED_BY, SEEN_AT, WAS, added_proof
from accounts.signin.services import devices, factors, sessions
from panel.kernel import clock, ids
from panel.kernel.actors import Actor

BACKEND = "django.contrib.auth.backends.ModelBackend"
_PENDING = "pending"


def address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def safe_next(request: HttpRequest, target: str | None) -> str:
    """A path on this host, or the front page."""
    home = reverse("home:now")
    # Browsers drop tabs and line ends out of addresses, and read a relative one against where they are.
    if not target or not target.startswith(("/", "http://", "https://")) or not target.isprintable():
        return home
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return home
    return home if target.startswith(reverse("signin:sign_in")) else target


def pend(request: HttpRequest, user: User, target: str) -> None:
    """The password was right: remember who, for ten minutes, in a session with a new id."""
    request.session.flush()
    request.session[_PENDING] = {"user": str(user.id), "at": timezone.now().timestamp(), "next": target}
    request.session.cycle_key()


def pending(request: HttpRequest) -> tuple[User, str] | None:
    found: Any = request.session.get(_PENDING)
    if not isinstance(found, dict):
        return None
    if timezone.now() - datetime.fromtimestamp(found["at"], UTC) > PENDING:
        request.session.flush()
        return None
    user = people.user(UUID(found["user"]))
    return (user, str(found["next"])) if user and user.is_active else None


def visit(request: HttpRequest) -> sessions.Visit:
    """Where somebody signs in from. The browser gets its token now, or keeps it for another year."""
    token = request.COOKIES.get(devices.COOKIE, "")
    if not devices.is_token(token):
        token = devices.new_token()
    request.device_token = token  # type: ignore[attr-defined]  # set on the answer by the middleware
    return sessions.Visit(devices.read(request.headers.get("User-Agent", "")), devices.network(address(request)), token)


def known_browser(request: HttpRequest, email: str | None) -> bytes:
    """The budget of this browser, when the person with this address has signed in in it before (throttle.of_password)."""
    return devices.known_to(email or "", request.COOKIES.get(devices.COOKIE, ""))


def enter(request: HttpRequest, user: User, device: Device, *, alone: bool = False) -> Actor:
    """Both factors are proved: open the session. Django's `login` gives it a new key and a new CSRF token. `alone`: a
    passkey that knew its owner, without a password."""
    first = user.last_login is None
    request.session.pop(_PENDING, None)
    request.session.set_expiry(None)
    auth.login(request, user, backend=BACKEND)
    django_otp.login(request, device)
    now, sid = timezone.now().timestamp(), ids.new_id()
    request.session[SESSION_ID], request.session[OPENED_AT] = str(sid), now
    request.session[SEEN_AT] = request.session[FRESH_AT] = now
    request.session["auth_time"], request.session[PROVED_BY] = int(now), device.persistent_id
    request.session["amr"] = [*([] if alone else ["pwd"]), *factors.methods_of(device)]
    actor = Actor("person", user.id, via=("session", sid), request_id=str(getattr(request, "request_id", "")))
    sessions.opened(
        actor=actor, user=user, visit=visit(request), factors=request.session["amr"],
        method=factors.method_of(device), first=first, at=clock.now(),
    )  # fmt: skip
    return actor


def prove(request: HttpRequest, device: Device) -> None:
    """A factor was proved again within the session."""
    request.session.cycle_key()
    now = timezone.now().timestamp()
    request.session[FRESH_AT], request.session["auth_time"] = now, int(now)
    request.session["amr"] = added_proof(request.session.get("amr", []), factors.methods_of(device))
    request.session[PROVED_BY] = device.persistent_id


def leave(request: HttpRequest) -> None:
    """Sign out. Another tab may still send a form: it is kept for this person."""
    was = request.user.pk
    auth.logout(request)
    if was:
        request.session[WAS] = str(was)


def keep(request: HttpRequest, user: User) -> None:
    """After a change of password, or of the authenticator, this session goes on; the others end."""
    auth.update_session_auth_hash(request, user)


def move(request: HttpRequest, device: Device) -> None:
    """The session now stands on another device of the same person, proved just now."""
    django_otp.login(request, device)
    prove(request, device)


def reopen(request: HttpRequest) -> None:
    """This session begins anew, after every session of the person was ended."""
    request.session.cycle_key()
    request.session[OPENED_AT] = timezone.now().timestamp()


def to(url: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(url)
