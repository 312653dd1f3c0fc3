"""Files that a page gives to be saved."""

from collections.abc import Iterable

from django.http import HttpResponse, StreamingHttpResponse


def attachment(
    content: bytes | str | Iterable[bytes] | Iterable[str], name: str, kind: str, *, size: int | None = None
) -> HttpResponse | StreamingHttpResponse:
    """`content` to be saved as `name`, piece by piece where it comes in pieces; `kind` is its content type. `no-store`, as
    every page is."""
    made = HttpResponse if isinstance(content, bytes | str) else StreamingHttpResponse
    response = made(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    if size is not None:
        response["Content-Length"] = str(size)
    return response
