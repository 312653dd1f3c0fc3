"""AWS Signature Version 4 for one request with its body in hand, as S3 and what speaks like it want it. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

PORTS = {"https": 443, "http": 80}


def path(*parts: str) -> str:
    """Parts of a key as the path of a URL, encoded as the signature wants it."""
    return "/" + "/".join(quote(part.strip("/"), safe="/-_.~") for part in parts if part.strip("/"))


def headers(
    *, method: str, url: str, body: bytes, region: str, key_id: str, secret: str, at: datetime,
    more: Mapping[str, str] | None = None, service: str = "s3",
) -> dict[str, str]:  # fmt: skip
    """The headers to send: `more`, the date, the body's hash and the signature over all of them and the host. The path of
    `url` is encoded already. `at` is real time; a clock that is 15 minutes wrong is refused by the other side."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.port and parts.port != PORTS.get(parts.scheme):
        host = f"{host}:{parts.port}"
    stamp, hashed = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), hashlib.sha256(body).hexdigest()
    given = {name.lower(): " ".join(value.split()) for name, value in (more or {}).items()}
    given |= {"x-amz-date": stamp, "x-amz-content-sha256": hashed}
    signed = {**given, "host": host}
    names = ";".join(sorted(signed))
    lines = [f"{name}:{signed[name]}" for name in sorted(signed)]
    canonical = "\n".join([method, parts.path or "/", _query(parts.query), *lines, "", names, hashed])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    wanted = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(_key(secret, stamp[:8], region, service), wanted.encode(), hashlib.sha256).hexdigest()
    told = f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**given, "authorization": told}


def _query(text: str) -> str:
    pairs = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in parse_qsl(text, keep_blank_values=True))
    return "&".join(f"{name}={value}" for name, value in pairs)


def _key(secret: str, *scope: str) -> bytes:
    found = f"AWS4{secret}".encode()
    for part in (*scope, "aws4_request"):
        found = hmac.new(found, part.encode(), hashlib.sha256).digest()
    return found
