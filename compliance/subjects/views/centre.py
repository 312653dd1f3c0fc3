"""The privacy centre: open to everybody; what is one's own opens with a link. Works without JavaScript."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.access.rules import open_to_all, open_to_subject
from compliance.subjects import forms, queries, rules
from compliance.subjects.rules import Section, Visitor
from compliance.subjects.services import proving
from panel.ui.pages import FormPage, Page

YEAR = 31_536_000
"""Seconds that a browser remembers its language."""


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


class CentrePage(Page):
    """What every page of the centre shows: the sections in its head."""

    def context(self) -> dict[str, Any]:
        visitor = getattr(self.request, "visitor", None) or self.request.find_visitor()  # type: ignore[attr-defined]
        return {**super().context(), "visitor": visitor, "sections": queries.headings()}

    def stated(self, visitor: Visitor | None) -> list[tuple[Section, str, str]]:
        """(section, address, how things stand)."""
        found = [*rules.sections(mine=False), *(rules.sections(mine=True) if visitor else [])]
        return [
            (one, reverse(one.url), one.fact(visitor, self.at) if one.fact and visitor else "")
            for one in sorted(found, key=lambda one: one.order)
        ]


@open_to_all("The privacy centre is for everybody whose data may be here.")
class Centre(CentrePage):
    template_name = "compliance/subjects/centre.html"

    def context(self) -> dict[str, Any]:
        found = super().context()
        return {**found, "stated": self.stated(found["visitor"])}


@open_to_all("Whoever reads an address may prove it; the answer is the same for every address.")
class Proving(CentrePage, FormPage):
    form_class = forms.Address
    template_name = "compliance/subjects/proving.html"

    def perform(self, form: Any) -> HttpResponseBase:
        proving.ask_link(email=form.cleaned_data["email"], address=address_of(self.request), at=self.at)
        self.template_name = "compliance/subjects/sent.html"
        return self.show(minutes=int(rules.LINK_LIFE.total_seconds() // 60))


@open_to_all("Whoever holds the link proves the address or id that it was made for. Looking uses nothing up.")
class ProofLink(CentrePage, FormPage):
    form_class = forms.Opening
    template_name = "compliance/subjects/link.html"

    def context(self) -> dict[str, Any]:
        row = proving.look(token=self.kwargs["token"], address=address_of(self.request))
        found = super().context()
        visitor: Visitor | None = found["visitor"]
        return {**found, "kind": row.kind, "other": visitor is not None and visitor.account is None}

    def perform(self, form: Any) -> HttpResponseBase:
        self.request.subject_token = proving.open_link(  # type: ignore[attr-defined]
            token=self.kwargs["token"], address=address_of(self.request),
            session=self.request.find_session(),  # type: ignore[attr-defined]
            join=form.cleaned_data["join"], at=self.at,
        )  # fmt: skip
        return HttpResponseRedirect(self._next())

    def _next(self) -> str:
        wanted = self.request.GET.get("next", "")
        safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/privacy/")
        return wanted if safe else reverse("subjects:mine")


@open_to_all("Everybody reads in a language of their own.")
class Language(Page):
    """POST `language`, back to `next`. Kept in a cookie of this browser; an account has its own in its profile."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(reverse("subjects:centre"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        back, wanted = request.POST.get("next", ""), request.POST.get("language", "")
        safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        answer = HttpResponseRedirect(back if safe else reverse("subjects:centre"))
        if wanted in dict(settings.LANGUAGES):
            secure = bool(settings.SESSION_COOKIE_SECURE)
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, wanted, max_age=YEAR, httponly=True, samesite="Lax", secure=secure
            )
        return answer


@open_to_subject
class Mine(CentrePage):
    """What is known of this person, and the parts of the centre that are theirs."""

    template_name = "compliance/subjects/mine.html"

    def context(self) -> dict[str, Any]:
        visitor: Visitor = self.request.visitor  # type: ignore[attr-defined]
        return {
            **super().context(),
            "stated": self.stated(visitor),
            "known": queries.known_by(visitor),
            "may_join": visitor.account is None and self.actor.kind == "person",
        }


@open_to_subject
class Joining(CentrePage):
    """POST: the account that is signed in and the session by link are one person."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(reverse("subjects:mine"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        session = request.find_session()  # type: ignore[attr-defined]
        if session is not None:
            proving.join_account(actor=self.actor, session=session, at=self.at)
            self.tell(_("Your account and these pages belong together now."))
        return HttpResponseRedirect(reverse("subjects:mine"))


@open_to_all("Ends the session by link of this browser, if there is one.")
class Leaving(CentrePage):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(reverse("subjects:centre"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        session = request.find_session()  # type: ignore[attr-defined]
        if session is not None:
            proving.end_session(session=session)
        request.subject_token = ""  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("subjects:centre"))
