"""403: which right is missing, where, who can give it, and a form that asks them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.elevation import forms, queries
from panel.kernel import clock
from panel.kernel.errors import Forbidden, Refusal
from panel.ui.menu import actor_of


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
    """The page for a missing permit; None (the plain page) when nothing can be explained or asked for."""
    if not isinstance(refusal, Forbidden) or not refusal.permit:
        return None
    found = queries.explain(actor_of(request), refusal.permit, refusal.obj, clock.now())
    if found is None:
        return None
    kind, object_id = refusal.obj or ("", None)
    form = forms.Ask(initial={"permit": refusal.permit, "kind": kind, "object_id": object_id})
    values = {"why": found, "form": form, "request_id": getattr(request, "request_id", "")}
    response = render(request, "accounts/elevation/forbidden.html", values, status=403)
    if getattr(request, "htmx", None):
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response
