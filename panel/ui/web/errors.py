"""Error pages: what happened, what to do, and the number to quote. Words: design/DESIGN.md 11."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

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
    response = (own(request, refusal) if own else None) or page(request, refusal.status, text=refusal.sentence)
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.retry_after)
    return response


def page(request: HttpRequest, status: int, *, title: Text = "", text: Text = "") -> HttpResponse:
    """The page for a status; in the shell when somebody is signed in, so that the way on is in sight."""
    words = WORDS.get(status, WORDS[400])
    if problems.is_api(request):
        return problems.answer(request, _as_refusal(status, str(text or words.text)))
    values: dict[str, Any] = {
        "status": status,
        "title": title or words.title,
        "text": text or words.text,
        "request_id": getattr(request, "request_id", ""),
        "frame": "base.html" if menu.identity(request) else "bare.html",
    }
    response = render(request, "errors/page.html", values, status=status)
    if getattr(request, "htmx", None):
        # A fragment's target is no place for a whole page.
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response


def plain(request: HttpRequest, status: int) -> HttpResponse:
    """The page when nothing may be asked of the database or the session."""
    words = WORDS[status]
    if problems.is_api(request):
        return problems.answer(request, _as_refusal(status, str(words.text)))
    values = {
        "status": status,
        "title": words.title,
        "text": words.text,
        "request_id": getattr(request, "request_id", ""),
        "csp_nonce": getattr(request, "csp_nonce", ""),
    }
    return HttpResponse(render_to_string("errors/plain.html", values), status=status)


CODES = {
    400: "malformed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    500: "fault",
    503: "unavailable",
}


def _as_refusal(status: int, sentence: str) -> Refusal:
    refusal = Refusal(sentence, code=CODES.get(status, "refused"))
    refusal.status = status
    return refusal


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return plain(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return page(request, 403)


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:  # noqa: ARG001
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return plain(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    text = _("The form was open for too long, or came from another site. Nothing was saved. Open the page again.")
    return page(request, 403, title=_("This form has expired"), text=text)
