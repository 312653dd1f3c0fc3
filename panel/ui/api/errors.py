"""Refusals and DRF's own exceptions as problem+json."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response

from panel.kernel.errors import Forbidden, Invalid, Missing, Refusal, Unauthenticated
from panel.ui.web import problems

_WORDS = {
    status.HTTP_400_BAD_REQUEST: ("malformed", gettext_lazy("The request's body cannot be read as JSON.")),
    status.HTTP_405_METHOD_NOT_ALLOWED: ("method_not_allowed", gettext_lazy("This address does not know that method.")),
    status.HTTP_406_NOT_ACCEPTABLE: ("not_acceptable", gettext_lazy("Answers are application/json only.")),
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: (
        "unsupported_media_type",
        gettext_lazy("Send the body as application/json."),
    ),
}


def handle(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. None: a fault, answered by handler500."""
    refusal = as_refusal(exception)
    if refusal is None:
        return None
    request = getattr(context.get("request"), "_request", None)
    request_id = getattr(request, "request_id", "")
    if request is not None:
        request.refusal = refusal  # for middleware, which does not see what DRF has answered
    found = problems.body(refusal, request_id)
    response = Response(found, refusal.status, headers=problems.headers(refusal), content_type=problems.CONTENT_TYPE)
    if isinstance(exception, exceptions.MethodNotAllowed) and context.get("view"):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def as_refusal(exception: Exception) -> Refusal | None:
    """The refusal that an exception means, or None for a fault of ours."""
    if isinstance(exception, Refusal):
        return exception
    if isinstance(exception, Http404):
        return Missing(_("There is no such thing, or you may not see it."))
    if isinstance(exception, PermissionDenied):
        return Forbidden(_("You may not do this."))
    return _from_drf(exception) if isinstance(exception, exceptions.APIException) else None


def _from_drf(exception: exceptions.APIException) -> Refusal:
    if isinstance(exception, exceptions.ValidationError):
        fields = problems.invalid(exception.detail)
        return Invalid(_("Some fields cannot be used as they are."), fields=fields)
    if isinstance(exception, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Unauthenticated(_("Sign in, or send an API key."))
    if isinstance(exception, exceptions.PermissionDenied):
        return Forbidden(_("You may not do this."))
    code, sentence = _WORDS.get(exception.status_code, ("refused", gettext_lazy("The request was refused.")))
    refusal = Refusal(str(sentence), code=code)
    refusal.status = exception.status_code
    return refusal
