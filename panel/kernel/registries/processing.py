"""What the record of processing (GDPR Art. 30) is made of, each part told by the slice that knows it.

processing.register_activities(lambda at: [Activity("Answer questions", "contract (Art. 6(1)(b))", "")])
processing.register_recipients(lambda at: [Recipient("Mistral", "Mistral AI SAS", "FR", seen=last_call)])
processing.measure(_("Messages and secrets are sealed with AES-256-GCM, each under a key of its own."))
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

EEA = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split()  # noqa: SIM905
)
"""ISO 3166 codes of the European Economic Area: no transfer to a third country in the sense of GDPR chapter V."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Why data is processed: `basis` in words with its article, `state` what is true of it now (for example how many
    people agreed)."""

    name: str
    basis: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who receives data. `entity` and `country` (ISO 3166, two letters) are what the organisation declared, `seen` when
    data last went there, `note` what they promise about keeping it."""

    name: str
    entity: str = ""
    country: str = ""
    note: str = ""
    seen: datetime | None = None
    url: str = ""

    @property
    def undeclared(self) -> bool:
        """Data went there, and nobody has said who that is."""
        return self.seen is not None and not (self.entity and self.country)

    @property
    def third_country(self) -> bool:
        return bool(self.country) and self.country.upper() not in EEA


_activities: list[Callable[[datetime], list[Activity]]] = []
_recipients: list[Callable[[datetime], list[Recipient]]] = []
_measures: list[Any] = []


def register_activities(tell: Callable[[datetime], list[Activity]]) -> None:
    _activities.append(tell)


def register_recipients(tell: Callable[[datetime], list[Recipient]]) -> None:
    _recipients.append(tell)


def measure(sentence: Any) -> None:
    """A technical or organisational measure that the panel itself executes (Art. 30(1)(g), 32)."""
    _measures.append(sentence)


def activities(at: datetime) -> list[Activity]:
    return [one for tell in _activities for one in tell(at)]


def recipients(at: datetime) -> list[Recipient]:
    return sorted((one for tell in _recipients for one in tell(at)), key=lambda one: one.name.casefold())


def measures() -> list[str]:
    return [str(one) for one in _measures]
