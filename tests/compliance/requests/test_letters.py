"""Letters about requests speak the language in which somebody asked."""

from datetime import date
from typing import Any

import pytest

from compliance.requests.rules.kinds import GROUND_NAMES, KIND_NAMES, Ground, Kind
from panel.outbound.mail import letters

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {
    "code": "DEL-0147", "kind": KIND_NAMES[Kind.DELETION], "due": date(2026, 12, 12), "minutes": 30, "days": 7,
    "downloads": 5, "ground": GROUND_NAMES[Ground.LEGAL_DUTY], "reason": "Weil.", "complaint": "", "link": "",
    "first": "2026-10-01", "last": "2026-11-12", "late": False, "agent": "",
}  # fmt: skip
NEWS = ("received", "proved", "extended", "message", "ready", "partly", "unsearched", "denied", "withdrawn", "done")
CASES = [
    *(("request_news", {"what": one}) for one in NEWS),
    *(("request_agent", {"what": one}) for one in ("proved", "denied", "done")),
    *(("request_proof", {"agent": one}) for one in ("", "Hilfe e. V.")),
    *(("request_due", {"late": one}) for one in (True, False)),
    ("request_recipient", {"what": "…"}),
    ("privacy_link", {}),
]


@pytest.mark.parametrize(("name", "more"), CASES)
def test_every_sentence_is_german(name: str, more: dict[str, Any]) -> None:
    english, german = (letters.write(name, {**SAID, **more}, one, to="Vera") for one in ("en", "de"))
    assert german.subject != english.subject
    same = {line for line in german.text.splitlines() if line.strip(" -")} & set(english.text.splitlines())
    assert same == set()
    for word in ("You ", "Your ", " the ", " we "):
        assert word not in german.text
