"""The way in: the stages over one request, in order, until one of them blocks."""

import json
from collections.abc import Iterable
from functools import partial
from time import perf_counter_ns
from typing import Any, Final

from assistants.guard.engine.detectors import injection, pii, secret_rules
from assistants.guard.engine.detectors.findings import Finding
from assistants.guard.engine.inspection import Inspection
from assistants.guard.engine.pieces import Piece, Pieces
from assistants.guard.engine.policy import Policy
from assistants.guard.engine.pseudonyms import Vault
from assistants.guard.engine.verdicts import Action, Verdict, worst
from assistants.guard.engine.walk import Changed, Path, Text, TooDeepError, is_media, texts

_DEVELOPER: Final = frozenset({"system", "developer"})
_DEFINITIONS: Final = frozenset({"tools", "functions", "response_format", "tool_choice"})
_MIN_INJECTION: Final = 8  # characters; Chinese says it in as few

Edit = tuple[int, int, str]


class RequestGuard:
    """One request. `run` gives its inspection; nothing of the client's document is changed in place."""

    def __init__(self, body: dict[str, Any], policy: Policy, inspection: Inspection, body_bytes: int) -> None:
        self.body = body
        self.policy = policy
        self.result = inspection
        self.vault: Vault = inspection.vault
        self.bytes = body_bytes
        self.texts: list[Text] = []
        self.pieces = Pieces(())
        self.edits: dict[int, list[Edit]] = {}
        self.documents: dict[Path, Any] = {}

    def run(self) -> None:
        stages = (
            ("size", self._size),
            ("unicode", self._unicode),
            ("secrets", self._secrets),
            ("injection", self._injection),
            ("pii", self._pii),
        )
        for name, stage in stages:
            began = perf_counter_ns()
            stage()
            self.result.stages[name] = perf_counter_ns() - began
            if self.result.blocked:
                break
        self.result.action = worst(self.result.verdicts)
        if self.edits and self.result.action != "block":
            self._apply()

    def _size(self) -> None:
        limits = self.policy.limits
        messages = self.body.get("messages")
        try:
            self.texts = list(self._walk())
        except (TooDeepError, RecursionError) as error:
            return self._too_large(str(error.args[0]) if isinstance(error, TooDeepError) else "depth")
        if self.bytes > limits["body_bytes"]:
            return self._too_large("body_bytes")
        if isinstance(messages, list) and len(messages) > limits["messages"]:
            return self._too_large("messages", "/messages")
        media = [text for text in self.texts if is_media(text)]
        if media:
            unseen = {id(text) for text in media}
            self.texts = [text for text in self.texts if id(text) not in unseen]
            self.result.verdicts += [
                Verdict("pii", "media_not_scanned", "observe", text.pointer(self.body), 0, 0, 0.0, "not run")
                for text in media
            ]
        if sum(len(text.value) for text in self.texts) > limits["text_chars"]:
            return self._too_large("text_chars")
        return None

    def _too_large(self, rule: str, where: str = "") -> None:
        """A limit is a limit: it blocks in every mode but off and observe."""
        action = self.policy.stage("size").action(rule)
        if action != "allow":
            self.result.verdicts.append(Verdict("size", rule, action, where, label="SIZE"))

    def _walk(self) -> Iterable[Text]:
        for text in texts(self.body, self.policy.limits):
            document = _arguments(text)
            if document is None:
                yield text
                continue
            self.documents[text.path] = document.value
            for inner in texts(document.value, self.policy.limits):
                yield Text(text.path, inner.value, key=inner.key, inner=inner.path, role=text.role)
            if document.doubled:
                self.edits[-len(self.documents)] = []

    def _unicode(self) -> None:
        self.pieces = Pieces(self.texts)
        self.vault.reserve(text.value for text in self.texts)
        stage = self.policy.stage("unicode")
        for text, run in self.pieces.hidden if stage.on else ():
            action = stage.action(run.rule)
            if action == "block" and run.rule == "bidi_override":
                action = "redact"  # text that runs the other way round is odd, not an attack by itself
            self._note("unicode", action, text, Finding(run.start, run.end, run.rule, "HIDDEN"))
            if action == "redact":
                self._edit(text, (run.start, run.end, ""))

    def _secrets(self) -> None:
        stage = self.policy.stage("secrets")
        if not stage.on:
            return
        for piece, found in self.pieces.find(partial(secret_rules.find, known=self.result.known)):
            action = stage.action(found.rule)
            self._note("secrets", action, piece.text, found)
            if action == "redact":
                value = piece.text.value[found.start : found.end]
                self._replace(piece, found, self.vault.name(found.label, value, restorable=False))

    def _injection(self) -> None:
        stage = self.policy.stage("injection")
        for piece in self.pieces.all if stage.on else ():
            if len(piece.canon.text) < _MIN_INJECTION:
                continue
            score = injection.score(piece.canon.text)
            developer = piece.text.role in _DEVELOPER or piece.text.path[0] in _DEFINITIONS
            for place, found in enumerate(score.findings):
                decides = place == 0 and score.value >= stage.threshold and not developer
                action: Action = stage.action(found.rule) if decides else "observe"
                start, end = piece.span(found.start, found.end)
                shown = score.value if place == 0 else found.score
                self._note("injection", action, piece.text, found._replace(start=start, end=end, score=shown))

    def _pii(self) -> None:
        stage = self.policy.stage("pii")
        if not stage.on:
            return
        for piece, found in self.pieces.find(pii.find):
            value = piece.text.value[found.start : found.end]
            action = stage.action(found.rule)
            if action == "allow" or self._taken(piece.text, found):
                continue
            self._note("pii", action, piece.text, found)
            self.vault.seen.add(value)
            if action == "redact":
                self._replace(piece, found, self.vault.name(found.label, value))

    def _note(self, stage: str, action: Action, text: Text, found: Finding) -> None:
        if action != "allow":
            where = text.pointer(self.body)
            self.result.verdicts.append(
                Verdict(stage, found.rule, action, where, found.start, found.end, found.score, found.label)
            )

    def _taken(self, text: Text, found: Finding) -> bool:
        return any(start < found.end and found.start < end for start, end, _ in self.edits.get(id(text), ()))

    def _replace(self, piece: Piece, found: Finding, name: str) -> None:
        self._edit(piece.text, (found.start, found.end, "" if piece.run else name))

    def _edit(self, text: Text, edit: Edit) -> None:
        kept = [old for old in self.edits.get(id(text), []) if not (edit[0] <= old[0] and old[1] <= edit[1])]
        self.edits[id(text)] = [*kept, edit]

    def _apply(self) -> None:
        changed, inner = Changed(self.body), {path: Changed(document) for path, document in self.documents.items()}
        dirty = {path for place, path in enumerate(self.documents, 1) if -place in self.edits}
        for text in reversed(self.texts):  # names of members last, so that the paths below them still hold
            edits = self.edits.get(id(text))
            if not edits:
                continue
            value = _edited(text.value, edits)
            if text.inner is None:
                changed.set(text.path, value, key=text.key)
            else:
                inner[text.path].set(text.inner, value, key=text.key)
                dirty.add(text.path)
        for path in dirty:
            changed.set(path, json.dumps(inner[path].root, ensure_ascii=False, separators=(",", ":")))
        self.result.body, self.result.changed = changed.root, True


class _Document:
    __slots__ = ("doubled", "value")

    def __init__(self) -> None:
        self.doubled = False
        self.value: Any = None

    def pairs(self, members: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(members)
        self.doubled |= len(made) != len(members)
        return made


def _arguments(text: Text) -> _Document | None:
    """The document inside a tool call's `arguments`; None when the text is none. A doubled member is noted."""
    if text.path[-1] != "arguments" or text.key or not text.value.lstrip().startswith(("{", "[")):
        return None
    document = _Document()
    try:
        document.value = json.loads(text.value, object_pairs_hook=document.pairs)
    except (ValueError, RecursionError):
        return None
    return document


def _edited(value: str, edits: list[Edit]) -> str:
    parts: list[str] = []
    last = 0
    for start, end, replacement in sorted(edits):
        if start >= last:
            parts += (value[last:start], replacement)
            last = end
    return "".join(parts) + value[last:]
