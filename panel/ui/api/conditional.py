"""ETag and If-Match: no last write wins unseen (RFC 9110, 13)."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from panel.kernel.errors import Refusal


class ChangedMeanwhile(Refusal):
    status = 412
    code = "changed_meanwhile"


class NeedsIfMatch(Refusal):
    status = 428
    code = "if_match_needed"


def etag(*parts: Any) -> str:
    """A strong tag of what identifies a state: id and version, or id and the time of the last change."""
    text = "\x1f".join(str(part) for part in parts)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def match(request: Request, current: str) -> None:
    """For a change: raises NeedsIfMatch without the header, ChangedMeanwhile when the state has moved on."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise NeedsIfMatch(_("Send the ETag that you read as If-Match, so that nobody's change is overwritten."))
    if given != "*" and current not in [one.strip() for one in given.split(",")]:
        raise ChangedMeanwhile(_("This was changed since you read it. Yours is not saved. Read it again."))


def tagged(request: Request, data: Any, tag: str) -> Response:
    """The representation with its ETag; 304 when the reader has it already."""
    known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    if request.method in {"GET", "HEAD"} and tag in known:
        return Response(status=304, headers={"ETag": tag})
    return Response(data, headers={"ETag": tag})
