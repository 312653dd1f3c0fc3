"""Every page and endpoint of the panel, found by walking the URL patterns."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

STRANGE = uuid.UUID("01890000-0000-7000-8000-00000000beef")
THIRD_PARTY = ("django.contrib.staticfiles",)


@dataclass(frozen=True)
class Route:
    """`name` is "vault:rotation"; `path` a concrete path whose ids name nothing that exists."""

    name: str
    pattern: str
    path: str
    view: Any
    kinds: tuple[tuple[str, str], ...]

    def path_with(self, values: dict[str, str]) -> str:
        """The path with `values` for its parameters, strange ids for the others. The name is "secret_id", or
        "guard:policy_id" for a word that means another thing in another slice.
        """
        path, slice_ = self.path, self.name.partition(":")[0]
        for name, filler in self.kinds:
            value = values.get(f"{slice_}:{name}", values.get(name))
            if value is not None:
                path = path.replace(filler, value, 1)
        return path


def _filler(converter: Any, number: int) -> str:
    if isinstance(converter, UUIDConverter):
        return str(uuid.UUID(int=STRANGE.int + number))
    if isinstance(converter, IntConverter):
        return str(987_654_000 + number)
    return f"strange-{number}"


def _walk(resolver: URLResolver, prefix: str, namespace: str, above: dict[str, Any]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        converters = {**above, **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, pattern, inner, converters)
        elif isinstance(entry, URLPattern):
            yield _route(entry, pattern, namespace, converters)


def _route(entry: URLPattern, pattern: str, namespace: str, converters: dict[str, Any]) -> Route:
    path, kinds = pattern, []
    for number, (name, converter) in enumerate(converters.items()):
        start = path.index("<")
        end = path.index(">", start) + 1
        filler = _filler(converter, number)
        path = path[:start] + filler + path[end:]
        kinds.append((name, filler))
    return Route(f"{namespace}{entry.name}", pattern, f"/{path.lstrip('/^')}".rstrip("$"), entry.callback, tuple(kinds))


def routes() -> list[Route]:
    return list(_walk(get_resolver(), "", "", {}))
