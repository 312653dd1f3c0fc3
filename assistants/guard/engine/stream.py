"""The way out: every character of an answer, in streams and in one piece, passes an OutputGuard."""

from typing import Any, Final

from assistants.guard.engine.detectors.leak import LeakWatch
from assistants.guard.engine.inspection import Inspection
from assistants.guard.engine.outgoing.channel import Channel
from assistants.guard.engine.outgoing.json_channel import JsonChannel
from assistants.guard.engine.outgoing.scanner import Scanner
from assistants.guard.engine.policy import Policy
from assistants.guard.engine.verdicts import Verdict

# Members that come in pieces, to be put together by the client. Other texts are whole in each delta.
_STREAMED: Final = frozenset(
    [
        "content",
        "refusal",
        "reasoning",
        "reasoning_content",
        "thinking",
        "text",
        "transcript",
        "summary",
        "arguments",
        "input",
    ]
)
_JSON: Final = frozenset({"arguments", "input"})
_WIRE: Final = frozenset({"role", "type", "object", "model", "finish_reason", "system_fingerprint", "service_tier"})
_STAGES: Final = ("output_secrets", "output_pii", "output_leak", "output_links")


class OutputGuard:
    """Guards one answer. One instance per request, fed in order; channels of choices are independent.

    A channel is the path of a text inside a delta: `content`, `refusal`, `tool_calls/0/function/arguments`, ...
    Once `blocked` is set, nothing more may be released: every method then gives nothing.
    """

    def __init__(self, policy: Policy, inspection: Inspection) -> None:
        self.policy = policy
        self.blocked: Verdict | None = None
        self.verdicts: list[Verdict] = []
        self.stages: dict[str, int] = {}
        self._scanner = Scanner(policy, inspection, self.stages)
        self._vault = inspection.vault
        leak = policy.stage("output_leak")
        self._prompt = inspection.system_prompt if leak.on else ""
        self._words = leak.words
        self._idle = not len(self._vault) and not any(policy.stage(name).on for name in _STAGES)
        self._strict = any(policy.stage(name).mode in {"redact", "block"} for name in _STAGES) or len(self._vault) > 0
        self._channels: dict[tuple[int, str], Channel] = {}

    def feed(self, choice: int, channel: str, text: str) -> str:
        """What may be released now; a tail in which a pattern may begin is held back."""
        if self.blocked:
            return ""
        if self._idle or not text:
            return text
        return self._channel(choice, channel).feed(text)

    def flush(self, choice: int, channel: str) -> str:
        """The rest of a channel, at its end."""
        found = self._channels.pop((choice, channel), None)
        return found.flush() if found and not self.blocked else ""

    def feed_delta(self, choice: int, delta: dict[str, Any]) -> dict[str, Any]:
        """A streamed delta with every text in it guarded, known and unknown members alike. `delta` is not changed."""
        guarded = self._walk(choice, delta, "", streamed=True)
        return guarded if isinstance(guarded, dict) and not self.blocked else {}

    def flush_delta(self, choice: int) -> dict[str, Any]:
        """A delta with the rests of all channels of a choice, to be sent before its finish_reason; may be empty."""
        delta: dict[str, Any] = {}
        for key in [key for key in self._channels if key[0] == choice]:
            rest = self.flush(*key)
            if rest:
                _put(delta, key[1].split("/"), rest)
        return {} if self.blocked else delta

    def feed_chunk(self, chunk: dict[str, Any]) -> dict[str, Any]:
        """A chunk of a stream with its choices guarded; one with a finish_reason also brings the rests.

        Log-probabilities spell the text out token by token and are taken away under a policy that may change it.
        """
        return (
            {**chunk, "choices": [self._choice(one) for one in chunk.get("choices") or []]}
            if chunk.get("choices")
            else chunk
        )

    def _choice(self, choice: dict[str, Any]) -> dict[str, Any]:
        number = choice.get("index", 0)
        made = dict(choice)
        for name in ("delta", "text"):
            if choice.get(name) is not None:
                made[name] = self._walk(number, choice[name], "" if name == "delta" else name, streamed=True)
        if choice.get("finish_reason") is not None:
            rest = self.flush_delta(number)
            if "text" in choice:
                made["text"] = made.get("text", "") + rest.pop("text", "")
            elif rest:
                made["delta"] = _merged(made.get("delta") or {}, rest)
        if self._strict and made.get("logprobs"):
            made["logprobs"] = None
        return made

    def feed_answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """A whole JSON answer with every text in it guarded."""
        made = {name: self._walk(-1, value, name) for name, value in body.items() if name != "choices"}
        if "choices" in body:
            made["choices"] = [self._whole(at, one) for at, one in enumerate(body["choices"] or [])]
        return {name: made[name] for name in body}

    def _whole(self, at: int, choice: dict[str, Any]) -> dict[str, Any]:
        made = {name: self._walk(at, value, "" if name == "message" else name) for name, value in choice.items()}
        if self._strict and made.get("logprobs"):
            made["logprobs"] = None
        return made

    def _walk(self, choice: int, node: Any, path: str, *, streamed: bool = False) -> Any:
        if isinstance(node, str):
            name = path.rpartition("/")[2]
            if name in _WIRE or (name == "id" and choice < 0):
                return node
            released = self.feed(choice, path, node)
            return released if streamed and name in _STREAMED else released + self.flush(choice, path)
        if isinstance(node, dict):
            return {
                name: self._walk(choice, value, f"{path}/{name}" if path else name, streamed=streamed)
                for name, value in node.items()
            }
        if isinstance(node, list):
            return [
                self._walk(choice, one, f"{path}/{_index(one, at)}", streamed=streamed) for at, one in enumerate(node)
            ]
        return node

    def _channel(self, choice: int, channel: str) -> Channel:
        found = self._channels.get((choice, channel))
        if found is None:
            name = channel.rpartition("/")[2]
            kind = JsonChannel if name in _JSON else Channel
            inside = f"/choices/{choice}/{channel}" if channel == "text" else f"/choices/{choice}/message/{channel}"
            where = inside if choice >= 0 else f"/{channel}"
            watch = LeakWatch(self._prompt, self._words) if self._prompt else None
            found = self._channels[choice, channel] = kind(where, self._scanner, self._vault, watch, self._report)
        return found

    def _report(self, verdict: Verdict) -> None:
        self.verdicts.append(verdict)
        if verdict.action == "block" and self.blocked is None:
            self.blocked = verdict


def _index(one: Any, at: int) -> int:
    """Streams name the member of a list they continue by `index`."""
    found = one.get("index", at) if isinstance(one, dict) else at
    return found if isinstance(found, int) else at


def _put(delta: dict[str, Any], path: list[str], text: str) -> None:
    here: Any = delta
    for at, step in enumerate(path[:-1]):
        following: Any = [] if path[at + 1].isdigit() else {}
        if not step.isdigit():
            here = here.setdefault(step, following)
            continue
        member = next((one for one in here if one.get("index") == int(step)), None)
        if member is None:
            member = {"index": int(step)}
            here.append(member)
        here = member
    here[path[-1]] = text


def _merged(delta: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """The rest after what the same delta brought: texts are joined, lists by `index`."""
    made = dict(delta)
    for name, value in rest.items():
        old = made.get(name)
        if isinstance(old, str) and isinstance(value, str):
            made[name] = old + value
        elif isinstance(old, dict) and isinstance(value, dict):
            made[name] = _merged(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            made[name] = _joined(old, value)
        else:
            made[name] = value
    return made


def _joined(old: list[Any], rest: list[Any]) -> list[Any]:
    made = list(old)
    for one in rest:
        at = next((at for at, known in enumerate(made) if _index(known, at) == _index(one, -1)), None)
        if at is None:
            made.append(one)
        else:
            made[at] = _merged(made[at], one)
    return made
