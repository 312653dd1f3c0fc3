"""Error pages: what happened, what to do, and the number to quote. Words: design/DESIGN.md 11."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from panel.kernel.crypto.kek import KekError
from panel.kernel.errors import Refusal, TooMany
from panel.ui import menu
from panel.ui.menu import Text
from panel.ui.web import problems


@dataclass(frozen=True)
class Words:
    title: Text
    text: Text


WORDS: dict[int, Words] = {
    400: Words(
        _("This request cannot be read"),
        _("Something in the address or the form is not as expected. Go back and try again."),
    ),
    401: Words(_("Sign in first"), _("This page is for people who are signed in.")),
    403: Words(_("You cannot do this"), _("It needs a right that you do not have. An administrator can give it.")),
    404: Words(_("There is no such page"), _("It may have been removed, or you may not see it. Check the address.")),
    405: Words(_("This address cannot be used like that"), _("Go back and use the button or the form of the page.")),
    409: Words(_("This has changed meanwhile"), _("Nothing was saved. Reload the page and look again.")),
    413: Words(
        _("This is too much at once"),
        _("The panel takes at most %(n)s MB in one form. Nothing was saved. Go back and send less."),
    ),
    422: Words(_("This cannot be used"), _("Go back, correct the form and send it again.")),
    429: Words(_("Too many tries"), _("Wait a little, then try again.")),
    500: Words(
        _("Something broke on our side"),
        _("Try again in a moment. If it stays, give the number below to your administrator."),
    ),
    503: Words(
        _("The panel cannot answer now"),
        _("A part that it needs is away. Calls to assistants may still work. Try again in a minute."),
    ),
}

LOCKED = Words(
    _("The panel cannot open its keys"),
    _("Its key ring is missing or was exchanged. Nothing is lost: put the keys back and start the panel again."),
)
# Faults that say that a part is away, not that we are wrong: the database, the keys.
AWAY = (OperationalError, InterfaceError, KekError)
RETRY_SECONDS = 10
TOASTS = {429, 500, 503}

Answer = Callable[[HttpRequest, Refusal], HttpResponse | None]
_answers: dict[str, Answer] = {}


def register(code: str, answer: Answer) -> None:
    """A slice answers a refusal of its own by more than a page (the step-up asks for a factor). None: the page."""
    _answers[code] = answer


class Refusals:
    """Turn a refusal that left a view into its page, with the refusal's own sentence and status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            allow = response.get("Allow", "")
            response = page(request, 405)
            response["Allow"] = allow
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception) if isinstance(exception, Refusal) else None


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if problems.is_api(request):
        return problems.answer(request, refusal)
    own = _answers.get(refusal.code)
    wait = refusal.retry_after if isinstance(refusal, TooMany) else 0
    response = own(request, refusal) if own else None
    response = response or page(request, refusal.status, text=refusal.sentence, wait=wait)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def page(request: HttpRequest, status: int, *, title: Text = "", text: Text = "", wait: int = 0) -> HttpResponse:
    """The page for a status; in the shell when somebody is signed in, so that the way on is in sight. `wait` seconds
    until another try is heard, counted down."""
    words = WORDS.get(status, WORDS[400])
    if problems.is_api(request):
        return problems.answer(request, _as_refusal(status, str(text or words.text)))
    values: dict[str, Any] = {
        "status": status,
        "title": title or words.title,
        "text": text or words.text,
        "request_id": getattr(request, "request_id", ""),
        "wait": wait,
        "again": request.get_full_path() if request.method == "GET" else "",
        "frame": "base.html" if menu.identity(request) else "bare.html",
    }
    if getattr(request, "htmx", None) and status in TOASTS:
        return _toast(values)
    response = render(request, "errors/page.html", values, status=status)
    if getattr(request, "htmx", None):
        # A fragment's target is no place for a whole page.
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response


def _toast(values: dict[str, Any]) -> HttpResponse:
    """What a part of a page asked for failed: a toast says so, and the page stays with all that was typed."""
    response = HttpResponse(render_to_string("errors/toast.html", values), status=int(values["status"]))
    response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    return response


def plain(request: HttpRequest, status: int, words: Words | None = None) -> HttpResponse:
    """The page when nothing may be asked of the database or the session."""
    words = words or WORDS[status]
    if problems.is_api(request):
        return problems.answer(request, _as_refusal(status, str(words.text)))
    values = {
        "status": status,
        "title": words.title,
        "text": words.text,
        "request_id": getattr(request, "request_id", ""),
        "csp_nonce": getattr(request, "csp_nonce", ""),
    }
    if getattr(request, "htmx", None) and status in TOASTS:
        return _toast(values)
    return HttpResponse(render_to_string("errors/plain.html", values), status=status)


CODES = {
    400: "malformed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    500: "fault",
    503: "unavailable",
}


def _as_refusal(status: int, sentence: str) -> Refusal:
    refusal = Refusal(sentence, code=CODES.get(status, "refused"))
    refusal.status = status
    return refusal


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        most = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // (1024 * 1024)
        return plain(request, 413, Words(WORDS[413].title, str(WORDS[413].text) % {"n": most}))
    return plain(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return page(request, 403)


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:  # noqa: ARG001
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when a part is away: Django calls this while the fault is being handled."""
    fault = sys.exc_info()[1]
    if not isinstance(fault, AWAY):
        return plain(request, 500)
    response = plain(request, 503, LOCKED if isinstance(fault, KekError) else None)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


class FormExpired(Refusal):
    """The form's token does not fit this browser: another site sent it, or somebody signed in since it was opened."""

    status = 403
    code = "form_expired"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    own = None if problems.is_api(request) else _answers.get(FormExpired.code)
    if own and (response := own(request, FormExpired(""))):
        return response
    text = _("The form was open for too long, or came from another site. Nothing was saved. Open the page again.")
    return page(request, 403, title=_("This form has expired"), text=text)
