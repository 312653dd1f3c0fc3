"""Objects in a bucket (S3 and what speaks like it): one for each batch of entries, one for each checkpoint. With object lock
on the bucket nobody here can change or remove them."""

import base64
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext as _

from compliance.auditing.models import Sink
from compliance.auditing.services.sending import lines
from compliance.auditing.services.sending.errors import NotSent
from panel.outbound import sigv4

REGION = "us-east-1"


def put(row: Sink, key: str, body: bytes, content: str, meta: dict[str, str]) -> None:
    """The same key with the same bytes again does no harm. Raises NotSent."""
    parts = urlsplit(str(row.target))
    region = parse_qs(parts.query).get("region", [REGION])[0]
    key_id, _colon, secret = str(row.token).partition(":")
    url = f"{parts.scheme}://{parts.netloc}{sigv4.path(parts.path, key)}"
    more = {
        "content-type": content,
        "x-amz-checksum-sha256": base64.b64encode(sha256(body).digest()).decode(),
        **{f"x-amz-meta-{name}": value for name, value in meta.items()},
    }
    headers = sigv4.headers(
        method="PUT", url=url, body=body, region=region, key_id=key_id, secret=secret, at=datetime.now(UTC), more=more
    )
    found = lines.ask(url, headers, body, method="PUT")
    if found.problem:
        raise NotSent(_told(found.status))


def _told(status: int) -> str:
    known = {
        403: _("It does not take the key pair, or this key may not write there (403)."),
        404: _("There is no such bucket (404)."),
    }
    return known.get(status) or _("It answered %(status)s.") % {"status": status}
