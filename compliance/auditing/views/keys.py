"""Signing keys for everybody who verifies, and their replacement; the verifiers at addresses that stay."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from csp.decorators import csp_exempt
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import door, open_to_all
from compliance.auditing import forms, rules
from compliance.auditing.services import feed as services
from panel.journal import bundles, signers
from panel.kernel.errors import Missing
from panel.ui.pages import FormPage, Page

WHY = "Whoever holds a signed bundle verifies it without an account; nothing here is about anybody."
POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]+)"')


def groups(fingerprint: str) -> str:
    """Eight digits at a time, for comparing by eye."""
    return " ".join(fingerprint[place : place + 8] for place in range(0, 64, 8))


@door(rules.VIEW)
class Keys(Page):
    template_name = "compliance/auditing/keys.html"

    def context(self) -> dict[str, Any]:
        found = [(one, one.state(self.at), groups(one.fingerprint)) for one in reversed(signers.chain())]
        tools = [
            (name, reverse("auditing:verifier", args=[name]), one.sha256.hex()) for name, one in bundles.tools().items()
        ]
        return {"keys": found, "tools": tools, "may_rotate": access.can(self.actor, rules.ROTATE_KEY)}


@door(rules.ROTATE_KEY)
class KeyRotation(FormPage):
    form_class = forms.KeyRotation
    template_name = "compliance/auditing/key_rotation.html"

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        services.rotate_key(
            actor=self.actor, reason=given["reason"], overlap=timedelta(days=given["overlap"]), at=self.at
        )
        self.tell(_("The new key signs from now on."))
        return reverse("auditing:keys")


def _kept(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@open_to_all(WHY)
def published(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """keys.json as verifiers take it."""
    return _kept(HttpResponse(bundles.keys(), content_type="application/json"), 60)


@open_to_all(WHY)
def verifiers(request: HttpRequest) -> HttpResponse:
    """Addresses and hashes of the verifiers that bundles carry."""
    listed = [
        {
            "name": name,
            "sha256": one.sha256.hex(),
            "size": one.size,
            "url": request.build_absolute_uri(reverse("auditing:verifier", args=[name])),
        }
        for name, one in bundles.tools().items()
    ]
    return _kept(JsonResponse({"format": 1, "verifiers": listed}), 60)


@open_to_all(WHY)
@csp_exempt()  # type: ignore[arg-type]  # its stubs know views without arguments only
def verifier(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    """The file itself, byte for byte; the page brings its own policy, which is stricter than ours."""
    found = bundles.tools().get(name)
    if found is None:
        raise Missing(_("There is no such verifier."))
    if not name.endswith(".html"):
        response = HttpResponse(found.data, content_type="text/x-python; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        return _kept(response, 3600)
    policy = POLICY.search(found.data)
    response = HttpResponse(found.data, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = f"{policy[1].decode() if policy else ''}; frame-ancestors 'none'"
    return _kept(response, 3600)


@open_to_all(WHY)
def proof(request: HttpRequest, bundle_id: UUID) -> HttpResponse:  # noqa: ARG001
    """proof.json of a bundle that went out before it was sealed."""
    found = bundles.proof(bundle_id)
    if found is None:
        raise Missing(_("There is no such bundle, or it waits to be sealed. Try again in a moment."))
    return _kept(HttpResponse(found, content_type="application/json"), 3600)
