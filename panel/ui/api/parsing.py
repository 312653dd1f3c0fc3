"""Bodies of the API: JSON that every later step can walk and write down."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

from panel.kernel.errors import Refusal

DEEPEST = 64


class Json(JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - the signature is DRF's
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Raises ParseError, also for what is nested deeper than 64 and for half a character (a lone surrogate):
        Python would end a later walk, or an answer that quotes the text, with a fault."""
        try:
            found = _read(stream, parser_context or {})
            require_plain(found)
        except (RecursionError, LookupError, ValueError) as error:  # LookupError: a charset that does not exist
            raise ParseError(_("The request's body cannot be read as JSON.")) from error
        return found


def _read(stream: IO[Any], context: Mapping[str, Any]) -> Any:
    text = stream.read().decode(context.get("encoding") or "utf-8")
    return json.loads(text, parse_constant=strict_constant, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two members of one name: two readers would see two different bodies (RFC 8259, 4), so neither counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _count)] = Counter(name for name, _value in pairs).most_common(1)
        raise Refusal(_("The body names “%(name)s” twice.") % {"name": twice[:60]}, code="malformed")
    return found


def require_plain(root: Any) -> None:
    """Whether a parsed body can be walked and written down. Raises RecursionError and UnicodeError."""
    level = [root]
    for _step in range(DEEPEST + 1):
        inner: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                inner += [*node, *node.values()]
            elif isinstance(node, list):
                inner += node
            elif isinstance(node, str):
                node.encode()
        if not inner:
            return
        level = inner
    raise RecursionError
