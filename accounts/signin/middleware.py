"""Sessions end: after half an hour without use, after twelve hours, when the person's are ended. In real time.

A form that meets an ended session, or needs a fresh factor, is kept for its sender and carried on (services.kept).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts.access import queries
from accounts.access.rules import door_of
from accounts.people import queries as people
from accounts.people.models import User
from accounts.signin.rules import CARRIED, IDLE_PRIVILEGED, OPENED_AT, SEEN_AT, TOUCH, WAS, session_over
from accounts.signin.services import kept, policies
from panel.kernel import clock
from panel.kernel.errors import Forbidden, Refusal
from panel.ui.forms import CodeInput, SecretInput
from panel.ui.menu import actor_of
from panel.ui.pages import go
from panel.ui.web import problems

# Pages that only pass the name of a kept request on.
ON_THE_WAY = {"signin:step_up", "signin:step_up_passkey", "signin:discarding"}
# What is typed at the door may be anything: a password in the field for the address.
NEVER_KEPT = {
    "signin:sign_in", "signin:sign_in_passkey", "signin:factor", "signin:factor_passkey", "signin:recovery", "signin:join",
}  # fmt: skip

# The way to a passkey, and the ways out.
TO_A_PASSKEY = {
    "signin:needed", "signin:passkeys", "signin:passkey_challenge", "signin:step_up", "signin:step_up_passkey",
    "signin:step_up_challenge", "signin:sign_in", "signin:sign_out",
}  # fmt: skip

PLAIN_FORM = "application/x-www-form-urlencoded"


class Sessions:
    """Stands before the doors, so that a session that is over is nobody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and user.is_authenticated and _over(request, user):
            auth.logout(request)
            request.session[WAS] = str(user.pk)
        return self.get_response(request)


def _over(request: HttpRequest, user: User) -> bool:
    """Whether this session has ended; if not, its use is written down at most once a minute."""
    opened, seen = _instant(request, OPENED_AT), _instant(request, SEEN_AT)
    if opened is None or seen is None or user.ended(opened) or not user.is_active:
        return True
    at = timezone.now()
    # Roles matter only to who has been away for long: the usual request asks nothing more of the database.
    roles = queries.roles_of(user.id) if at - seen >= IDLE_PRIVILEGED else frozenset()
    if session_over(opened, seen, at, roles):
        return True
    if at - seen >= TOUCH:
        request.session[SEEN_AT] = at.timestamp()
    return False


def _instant(request: HttpRequest, name: str) -> datetime | None:
    found = request.session.get(name)
    return datetime.fromtimestamp(found, UTC) if isinstance(found, int | float) else None


class FactorPolicy:
    """A session that opened without the passkey that its person's role asks for goes no further than to one. Stands after
    the doors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match, actor = request.resolver_match, actor_of(request)
        if actor.kind != "person" or actor.id is None or actor.via is None or actor.via[0] != "session":
            return None
        if match and match.view_name in TO_A_PASSKEY:
            return None
        if not policies.owes_passkey(request.session, actor.id, clock.now()):
            return None
        if problems.is_api(request):
            refusal = Forbidden(_("Your role asks for a passkey or security key."), code="passkey_needed")
            return problems.answer(request, refusal)
        return go(request, reverse("signin:needed"))


class CarryOn:
    """A POST that names a kept request becomes that request. Stands after the doors: they asked this request's own
    permit and factor, and Django asked its CSRF token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match, actor = request.resolver_match, actor_of(request)
        kept_id = None if match and match.view_name in ON_THE_WAY else _named(request)
        if kept_id is None or actor.kind != "person" or actor.id is None:
            return None
        path = request.get_full_path()
        found = kept.take(user_id=actor.id, kept_id=kept_id, path=path, at=timezone.now())
        if found is None:
            return HttpResponseRedirect(reverse("signin:carry_on", args=[kept_id]))
        fields = QueryDict(mutable=True, encoding=request.encoding)
        for name, values in found.fields.items():
            fields.setlist(name, values)
        # The only way to give a request other fields than its body holds.
        request._post, request._files = fields, MultiValueDict()  # type: ignore[attr-defined]
        return None


def _named(request: HttpRequest) -> UUID | None:
    """The kept request that this one stands for. Other kinds of body are left unread for their view."""
    if request.method != "POST" or request.content_type != PLAIN_FORM:
        return None
    try:
        return UUID(request.POST[CARRIED]) if CARRIED in request.POST else None
    except ValueError:
        return None


def keep(request: HttpRequest) -> str | None:
    """Where this request goes on once its sender is back; None when it cannot be kept, of which they are told."""
    if request.method != "POST":
        return None
    kept_id = _named(request) or _kept(request)
    if kept_id is None:
        if request.content_type != "application/json" and (
            set(request.POST) - {"csrfmiddlewaretoken"} or request.FILES
        ):
            messages.error(request, _("What you sent could not be kept. Go back, copy it, and send it again."))
        return None
    return reverse("signin:carry_on", args=[kept_id])


def form_expired(request: HttpRequest, _refusal: Refusal) -> HttpResponse | None:
    """A form of ours whose token is old, since its person signed in anew in another tab: kept, and shown with a button.
    Only for what the browser itself says came from this panel (Sec-Fetch-Site cannot be set by a page)."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin" or actor_of(request).kind != "person":
        return None
    kept_id = _kept(request)
    return go(request, reverse("signin:carry_on", args=[kept_id])) if kept_id else None


def _kept(request: HttpRequest) -> UUID | None:
    match = request.resolver_match
    if match and match.view_name in NEVER_KEPT:
        return None
    user = _sender(request)
    form_like = request.content_type in {PLAIN_FORM, "multipart/form-data"}
    if user is None or not form_like or request.FILES:
        return None
    left_out = {"csrfmiddlewaretoken", *_proofs(request)}
    fields = {name: request.POST.getlist(name) for name in request.POST if name not in left_out}
    origin = request.headers.get("Referer", "")
    waiting = kept.Waiting(request.get_full_path(), _act(request), origin, fields)
    return kept.keep(user=user, waiting=waiting, at=timezone.now())


def _sender(request: HttpRequest) -> User | None:
    """Who is signed in, or was until the session ended; nobody else may ever carry the request on."""
    actor, was = actor_of(request), request.session.get(WAS)
    if actor.kind == "person" and actor.id:
        return people.user(actor.id)
    return people.user(UUID(was)) if was else None


def _view_class(request: HttpRequest) -> Any:
    match = request.resolver_match
    return getattr(match.func, "view_class", None) if match else None


def _proofs(request: HttpRequest) -> list[str]:
    """Fields that prove who is there: passwords and codes. The value of a secret is not one, it is kept sealed."""
    form = getattr(_view_class(request), "form_class", None)
    fields = getattr(form, "base_fields", {})
    return [name for name, field in fields.items() if _is_proof(field.widget)]


def _is_proof(widget: forms.Widget) -> bool:
    return isinstance(widget, CodeInput) or (
        isinstance(widget, forms.PasswordInput) and not isinstance(widget, SecretInput)
    )


def _act(request: HttpRequest) -> str:
    """What the request does: the title of the right it needs."""
    match = request.resolver_match
    declared = door_of(match.func) if match else None
    permit = declared.permit_for("post") if declared else None
    return str(permit.title) if permit else _("What you sent")
