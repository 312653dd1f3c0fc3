"""The steps by which somebody gets password, authenticator and recovery codes under a one-time link.

The same steps serve the first administrator (set-up), a new person (join) and somebody who lost everything (recover).
Each answers with a page, or with None when it moved on; the caller holds the link's row lock while a form is handled.
"""

from typing import Any
from urllib.parse import quote

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.people import queries as people
from accounts.people import services as people_services
from accounts.people.models import User
from accounts.signin import forms, queries
from accounts.signin.models import Link, TotpDevice
from accounts.signin.services import factors, links, passwords
from accounts.signin.views import sessions
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid, Missing
from panel.kernel.installation import name_organisation, organisation
from panel.kernel.registries import setup
from panel.kernel.registries.setup import Enrolment, Step
from panel.ui.forms import refuse

Answer = HttpResponse | None
# Names the person whose enrolment this browser began; another browser must give the password first.
BOUND = "enrolling"


def person_of(enrolment: Enrolment) -> User:
    found = people.user(enrolment.person) if enrolment.person else None
    if found is None:
        raise Missing(_("This link has done its work."))
    return found


def bind(request: HttpRequest, user: User) -> None:
    request.session.flush()
    request.session[BOUND] = str(user.id)
    request.session.cycle_key()


def is_bound(request: HttpRequest, user: User) -> bool:
    return request.session.get(BOUND) == str(user.id)


def _page(request: HttpRequest, name: str, enrolment: Enrolment, status: int = 200, **values: Any) -> HttpResponse:
    values |= {"enrolment": enrolment, "steps": values.pop("steps", None) or _rail(enrolment)}
    return render(request, f"accounts/signin/enrolment/{name}.html", values, status=status)


def _rail(enrolment: Enrolment) -> list[dict[str, Any]]:
    """The stepper: where we are, and behind the set-up's own steps those that follow it."""
    if enrolment.kind != "setup":
        return setup.rail(JOIN, enrolment.stage)
    onward = [{"label": one.title, "meta": one.note, "state": "ahead"} for one in setup.first_steps()]
    return setup.rail(SETUP, enrolment.stage) + onward


def administrator(request: HttpRequest, enrolment: Enrolment) -> Answer:
    """Organisation and the first administrator with their password."""
    begun = people.user(enrolment.person) if enrolment.person else None
    begun = begun if begun and is_bound(request, begun) else None
    known = {"full_name": begun.full_name, "email": begun.email_address} if begun else {}
    form = forms.Administrator(request.POST or None, initial={"organisation": organisation(), **known})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            passwords.require_good(
                given["password"], name=given["full_name"], email=given["email"], house=given["organisation"]
            )
            user = people_services.create_or_resume(
                full_name=given["full_name"], email=given["email"], begun=begun.id if begun else None
            )
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal)
        else:
            name_organisation(given["organisation"])
            passwords.change(actor=Actor("person", user.id), user=user, password=given["password"])
            enrolment.move("factor", user.id)
            bind(request, user)
            return None
    return _page(request, "administrator", enrolment, 422 if form.errors else 200, form=form)


def password(request: HttpRequest, enrolment: Enrolment) -> Answer:
    """A person chooses their password."""
    user = person_of(enrolment)
    form = forms.NewPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.change(actor=Actor("person", user.id), user=user, password=form.cleaned_data["password"])
        except Invalid as refusal:
            refuse(form, refusal)
        else:
            factors.forget_waiting(user)
            enrolment.move("factor")
            bind(request, user)
            return None
    return _page(request, "password", enrolment, 422 if form.errors else 200, form=form, person=user)


def factor(request: HttpRequest, enrolment: Enrolment) -> Answer:
    """The authenticator: picture, text, and its first code."""
    user = person_of(enrolment)
    if not is_bound(request, user):
        return again(request, enrolment, user)
    if enrolment.kind == "setup" and "back" in request.POST:
        enrolment.move("administrator")
        return None
    device = factors.begin_totp(user)
    form = forms.SecondFactor(request.POST if "code" in request.POST else None)
    if request.method == "POST" and form.is_valid():
        actor, where = Actor("person", user.id), sessions.address(request)
        if factors.confirm_totp(actor=actor, user=user, code=form.cleaned_data["code"], address=where):
            enrolment.move("codes")
            return None
        form.add_error("code", _("That code is not right. Check the clock of your phone, and take the newest code."))
    values = {"form": form, "picture": picture(user, device), "secret": grouped(device.seed_text())}
    return _page(request, "factor", enrolment, 422 if form.errors else 200, **values)


def codes(request: HttpRequest, enrolment: Enrolment) -> Answer:
    """Ten recovery codes, shown once; then the account is open and its owner signed in."""
    user = person_of(enrolment)
    if not is_bound(request, user):
        return again(request, enrolment, user)
    form = forms.Stored(request.POST if "series" in request.POST else None)
    if request.method == "POST" and form.is_valid():
        shown = queries.series_of(user)
        if shown and shown == request.POST.get("series"):
            return _open(request, enrolment, user)
        form.add_error(None, _("These codes were replaced by newer ones, which you see now. Store these."))
    fresh = factors.new_codes(actor=Actor("person", user.id), user=user)
    return _page(request, "codes", enrolment, 422 if form.errors else 200, form=form, fresh=fresh)


def _open(request: HttpRequest, enrolment: Enrolment, user: User) -> HttpResponse:
    # Who joins has said in no profile yet what they speak; their browser has.
    spoken = "" if enrolment.kind == Link.Kind.RECOVER else get_language() or ""
    row = links.complete(user, clock.now(), spoken)
    if enrolment.kind == Link.Kind.RECOVER:
        factors.forget_passkeys(actor=Actor("person", row.id), user=row, at=clock.now())
    enrolment.finish()
    sessions.enter(request, row, queries.authenticator_of(row))
    after = "setup:first_steps" if enrolment.kind == "setup" else "home:now"
    return HttpResponseRedirect(reverse(after))


def again(request: HttpRequest, enrolment: Enrolment, user: User) -> Answer:
    """The link was carried to another browser: whoever goes on knows the password."""
    form = forms.NewPassword(request.POST if "password" in request.POST else None)
    form.fields["password"].label, form.fields["password"].help_text = _("Password"), ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["password"]
        if passwords.is_right_for(user, given, address=sessions.address(request)):
            bind(request, user)
            return None
        form.add_error("password", _("That is not the password that you chose in the first step."))
    return _page(request, "again", enrolment, 422 if form.errors else 200, form=form)


def picture(user: User, device: TotpDevice) -> SafeString:
    """The QR code as SVG: drawn here, so that the seed never leaves the machine; no inline style."""
    issuer = quote(organisation() or "ClawPanel", safe="")
    label = f"{issuer}:{quote(user.email_address, safe='@')}"
    uri = f"otpauth://totp/{label}?secret={device.seed_text()}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    drawn = segno.make(uri, error="m", micro=False)
    svg = drawn.svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass="", lineclass="")
    return mark_safe(svg)  # noqa: S308 - drawn from numbers by a locked package


def grouped(text: str) -> str:
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


SETUP = [
    Step("administrator", gettext_lazy("Administrator"), gettext_lazy("Who runs this panel"), 10, administrator),
    Step("factor", gettext_lazy("Second factor"), gettext_lazy("An app and recovery codes"), 20, factor),
    Step("codes", gettext_lazy("Recovery codes"), gettext_lazy("For the day you lose it"), 30, codes, "factor"),
]
JOIN = [
    Step("password", gettext_lazy("Password"), gettext_lazy("Only you know it"), 10, password),
    *SETUP[1:],
]
