"""/oauth/token, /oauth/revoke and what programs read to find them. Nothing else of the protocol is offered."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.views.mixins import OAuthLibMixin

from accounts.access.rules import open_to_all
from accounts.credentials.engine import bearers, tokens
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import signed
from accounts.credentials.rules.life import GATEWAY_SCOPES
from accounts.credentials.rules.oauth import JWKS_SECONDS
from panel.journal.services import record_refusal
from panel.kernel import actors, clock

FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_SECRETS = method_decorator([csrf_exempt, sensitive_post_parameters("client_secret", "token")], name="dispatch")


class _Endpoint(OAuthLibMixin, View):  # type: ignore[misc]  # the library has no types
    """No cookie counts here, so there is nothing to forge; a client proves itself in each request."""

    http_method_names = ("post", "options")

    def answered(self, request: HttpRequest) -> tuple[dict[str, str], str, int]:
        raise NotImplementedError

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if request.content_type != FORM:
            error = {"error": "invalid_request", "error_description": f"Send {FORM}."}
            return JsonResponse(error, status=400, headers=_NO_STORE)
        headers, body, status = self.answered(request)
        if status == 401:
            headers = {**headers, "WWW-Authenticate": 'Basic realm="clawpanel"'}
            _note(request)
        content = HttpResponse(body, status=status, content_type="application/json")
        for name, value in {**headers, **_NO_STORE}.items():
            content[name] = value
        return content


def _note(request: HttpRequest) -> None:
    match = request.resolver_match
    record_refusal(
        actor=actors.ANONYMOUS,
        route=match.view_name if match else "",
        reason="invalid_client",
        at=clock.now(),
        address=request.META.get("REMOTE_ADDR", ""),
    )


@open_to_all("a client proves itself by its secret in this very request")
@_SECRETS
class Token(_Endpoint):
    """Client credentials in, a signed token for ten minutes out (RFC 6749, 4.4)."""

    def answered(self, request: HttpRequest) -> tuple[dict[str, str], str, int]:
        _, headers, body, status = self.create_token_response(request)
        return headers, body, status


@open_to_all("a client proves itself by its secret in this very request")
@_SECRETS
class Revocation(_Endpoint):
    """A client ends a token of its own (RFC 7009)."""

    def answered(self, request: HttpRequest) -> tuple[dict[str, str], str, int]:
        _, headers, body, status = self.create_revocation_response(request)
        return headers, body or "", status


@open_to_all("programs read the public keys before they have a token")
def jwks(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The public keys that sign access tokens (RFC 7517, RFC 8037)."""
    answer = JsonResponse({"keys": signed.jwks(timezone.now())})
    answer["Cache-Control"] = f"public, max-age={JWKS_SECONDS}"
    return answer


@open_to_all("programs read how to get a token before they have one")
def metadata(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """RFC 8414. Every address is made of the panel's own, not of the request's Host."""
    methods = ["client_secret_basic", "client_secret_post"]
    found: dict[str, Any] = {
        "issuer": settings.BASE_URL,
        "token_endpoint": settings.BASE_URL + reverse("credentials:oauth_token"),
        "revocation_endpoint": settings.BASE_URL + reverse("credentials:oauth_revocation"),
        "jwks_uri": settings.BASE_URL + reverse("credentials:jwks"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "access_token_signing_alg_values_supported": [bearers.ALGORITHM],
        "scopes_supported": [*GATEWAY_SCOPES, *queries.area_scopes()],
    }
    answer = JsonResponse(found)
    answer["Cache-Control"] = f"public, max-age={JWKS_SECONDS}"
    return answer


@open_to_all("scanners read how a key of this panel looks")
def pattern(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """For secret scanners: the pattern, the checksum that tells a key from a look-alike, where a find is reported."""
    found = {
        "pattern": tokens.PUBLISHED,
        "checksum": "CRC-32 (IEEE) of everything before the last underscore, base62 (0-9A-Za-z), six digits",
        "kinds": tokens.KINDS,
        "report": settings.BASE_URL + reverse("credentials:leaks"),
    }
    return JsonResponse(found)
