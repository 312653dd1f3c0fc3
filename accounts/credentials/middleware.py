"""A key or a token in an address stays in logs and histories: it is refused there, whether it is good or not."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.credentials.engine import tokens
from panel.kernel.errors import Refusal
from panel.ui.web import errors

_NAMED = re.compile(r"(?:^|&)(?:api[-_]?key|access_token|token|client_secret)=", re.IGNORECASE)
_PROGRAMS = ("/api/", "/oauth/")


class KeyInUrl(Refusal):
    """A key or a token stood in the address. Rotate it and send it in the header."""

    code = "key_in_url"


class KeysInUrls:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        named = request.path.startswith(_PROGRAMS) and _NAMED.search(query)
        if query and (named or tokens.find(query)):
            sentence = _("A key in an address stays in logs. Rotate it, and send it as 'Authorization: Bearer ...'.")
            request.META["QUERY_STRING"] = ""  # the answer must not repeat it
            return errors.answer(request, KeyInUrl(sentence))
        return self.get_response(request)
