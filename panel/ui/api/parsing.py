"""Bodies of the API: JSON that every later step can walk and write down."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 64


class Json(JSONParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises ParseError, also for what is nested deeper than 64 and for half a character (a lone surrogate):
        Python would end a later walk, or an answer that quotes the text, with a fault."""
        try:
            found = super().parse(stream, media_type, parser_context)
            require_plain(found)
        except (RecursionError, LookupError, UnicodeError) as error:  # LookupError: a charset that does not exist
            raise ParseError(_("The request's body cannot be read as JSON.")) from error
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
