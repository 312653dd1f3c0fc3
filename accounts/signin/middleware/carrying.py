"""A form that meets an ended session, or needs a fresh factor, is kept for its sender and carried on (services.kept)."""

import base64
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts.access.rules import door_of
from accounts.people import queries as people
from accounts.people.models import User
from accounts.signin.rules import CARRIED, KEPT_FILE_BYTES, WAS
from accounts.signin.services import kept
from panel.kernel.errors import Refusal
from panel.ui.forms import CodeInput, SecretInput
from panel.ui.menu import actor_of
from panel.ui.pages import go

# Pages that only pass the name of a kept request on.
ON_THE_WAY = {"signin:step_up", "signin:step_up_passkey", "signin:discarding"}
# What is typed at the door may be anything: a password in the field for the address.
NEVER_KEPT = {
    "signin:sign_in", "signin:sign_in_passkey", "signin:factor", "signin:factor_passkey", "signin:recovery", "signin:join",
    "signin:forgotten", "signin:new_password",
}  # fmt: skip

PLAIN_FORM = "application/x-www-form-urlencoded"


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
        request._post, request._files = fields, _files_of(found)  # type: ignore[attr-defined]
        return None


def _files_of(waiting: kept.Waiting) -> MultiValueDict[str, SimpleUploadedFile]:
    files: MultiValueDict[str, SimpleUploadedFile] = MultiValueDict()
    for name, called, kind, text in waiting.files:
        files.appendlist(name, SimpleUploadedFile(called, base64.b64decode(text), kind))
    return files


def _sent_files(request: HttpRequest) -> list[list[str]] | None:
    """What was uploaded, as it is kept; None when it is too much, which is then not even read."""
    sent = [(name, one) for name, several in request.FILES.lists() for one in several]
    if sum(one.size or 0 for _name, one in sent) > KEPT_FILE_BYTES:
        return None
    return [
        [name, one.name or "file", one.content_type or "", base64.b64encode(one.read()).decode()] for name, one in sent
    ]


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
    files = _sent_files(request) if user is not None and form_like else None
    if user is None or files is None:
        return None
    left_out = {"csrfmiddlewaretoken", *_proofs(request)}
    fields = {name: request.POST.getlist(name) for name in request.POST if name not in left_out}
    origin = request.headers.get("Referer", "")
    waiting = kept.Waiting(request.get_full_path(), _act(request), origin, fields, files)
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
