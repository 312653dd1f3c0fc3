"""Every text of a JSON document, with its place; and the document with some texts changed, the rest untouched."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Path = tuple[str | int, ...]

# Keys and values of the wire format itself. They carry no content and are not worth a look.
_WIRE: Final = """
model messages role content type text name tools function parameters description properties required tool_calls arguments
tool_call_id id stream stream_options include_usage temperature top_p max_tokens max_completion_tokens n stop seed user
metadata response_format json_schema schema strict image_url url detail input_audio data format file file_data filename
tool_choice parallel_tool_calls logprobs top_logprobs presence_penalty frequency_penalty logit_bias refusal audio
function_call functions prediction reasoning_effort modalities voice service_tier store items enum
"""
_KEYS: Final = frozenset(_WIRE.split())
_TYPES: Final = (
    "user assistant system tool developer function text object string number integer boolean array auto none"
)
_VALUES: Final = frozenset(_TYPES.split())
_PLAIN_KEY: Final = re.compile(r"[A-Za-z][A-Za-z_]{0,31}")
_MEDIA_KEYS: Final = frozenset({"url", "data", "file_data", "b64_json", "image_url"})
_MEDIA: Final = re.compile(
    r"(?:data:[\w.+-]{1,60}/[\w.+-]{1,60}(?:;[\w=.-]{1,40}){0,3};base64,)?[A-Za-z0-9+/\r\n]{64,}={0,2}\s?"
)


class TooDeepError(Exception):
    """The document has more levels, or a container more members, than the policy allows. `args[0]` is the limit."""


@dataclass(slots=True)
class Text:
    """One text. `key` says that it is the name of a member; `inner` that it stands inside a JSON string at `path`."""

    path: Path
    value: str
    key: bool = False
    inner: Path | None = None
    role: str = ""

    def pointer(self, root: Any) -> str:
        """The JSON pointer of the text, without content of the client in it."""
        shown = pointer(self.path, root)
        if self.inner is not None:
            shown += "#" + pointer(self.inner, None)
        return f"{shown}/~key" if self.key else shown


def pointer(path: Path, root: Any) -> str:
    """RFC 6901, with keys that are not plain words shown by their position among their siblings."""
    shown, here = "", root
    for step in path:
        if isinstance(step, str) and step not in _KEYS and not _PLAIN_KEY.fullmatch(step):
            place = list(here).index(step) if isinstance(here, Mapping) and step in here else 0
            shown += f"/~{place}"
        else:
            shown += f"/{step}"
        here = _child(here, step)
    return shown


def _child(here: Any, step: str | int) -> Any:
    try:
        return here[step]
    except (KeyError, IndexError, TypeError):
        return None


def texts(root: Any, limits: Mapping[str, int], path: Path = ()) -> Iterator[Text]:
    """Every text below `root`, keys included, in document order. Raises TooDeepError."""
    depth, items = limits["depth"], limits["items"]
    stack: list[tuple[Path, Any, str]] = [(path, root, "")]
    while stack:
        here, node, role = stack.pop()
        if isinstance(node, str):
            if node not in _VALUES:
                yield Text(here, node, role=role)
            continue
        if not isinstance(node, dict | list):
            continue
        if len(here) > depth:
            raise TooDeepError("depth")
        if len(node) > items:
            raise TooDeepError("items")
        if isinstance(node, list):
            stack.extend(((*here, at), child, role) for at, child in reversed(list(enumerate(node))))
            continue
        if len(here) == 2 and here[0] == "messages":
            # Only a message says whose it is; a part that calls itself "system" would pass as the developer's.
            role = said if isinstance(said := node.get("role"), str) else ""
        yield from (Text((*here, key), key, key=True, role=role) for key in node if len(key) > 5 and key not in _KEYS)
        stack.extend(((*here, key), child, role) for key, child in reversed(node.items()))


def is_media(text: Text) -> bool:
    """Whether a text is base64 of an image, sound or file in a place where the wire format has one."""
    if len(text.value) <= 64 or text.inner is not None or text.path[-1] not in _MEDIA_KEYS:
        return False
    bare = text.path[-1] in {"b64_json", "file_data"} or text.path[-2:] == ("input_audio", "data")
    return (bare or text.value.startswith("data:")) and _MEDIA.fullmatch(text.value) is not None


class Changed:
    """Copies a document on the way to each text that changes; everything else is shared with the original."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self._own: set[int] = set()

    def set(self, path: Path, value: str, *, key: bool = False) -> None:
        """Put `value` at `path` (or rename the last key to it, in its place)."""
        self.root = here = self._copy(self.root)
        for step in path[:-1]:
            here[step] = self._copy(here[step])
            here = here[step]
        if not key:
            here[path[-1]] = value
            return
        members = [(value if name == path[-1] else name, child) for name, child in here.items()]
        here.clear()
        here.update(members)

    def _copy(self, node: Any) -> Any:
        if id(node) in self._own:
            return node
        made = dict(node) if isinstance(node, dict) else list(node)
        self._own.add(id(made))
        return made
