"""Four weeks of calls for `make demo`, written at once: the weekly rhythm, what the guards found, and two bad nights.

Statistics only, as if no assistant kept what was said. The calls of the last minutes are real: the demo makes them through
the gateway once it answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from accounts.credentials.services import uses
from accounts.credentials.services.uses import Use
from assistants.catalog.models import Assistant, AssistantVersion
from assistants.catalog.services.demo import texts
from assistants.conversations.models import Call
from assistants.guard.rules.presets import STAGES
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming as subjects
from compliance.subjects.services.naming import Name
from panel.kernel import ids
from panel.kernel.db import partitions
from panel.kernel.registries import demo

DAYS = 28
# The share of a day's calls in each hour (UTC): an office that opens at seven, a shop that never closes.
HOURS = (8, 6, 5, 5, 6, 12, 30, 62, 88, 96, 98, 90, 76, 84, 92, 90, 82, 66, 48, 40, 34, 28, 20, 12)
WEEKEND = 0.35
SCOPE = "chat"
REQUEST, ANSWER = "/messages/0/content", "/choices/0/message/content"
# What the guards stop or mask: weight, then the verdict (stage, rule, action, where, score, label).
BLOCKS = (
    (58, ("injection", "override", "block", REQUEST, 0.9978, "INJECTION")),
    (17, ("injection", "reveal", "block", REQUEST, 0.85, "INJECTION")),
    (13, ("output_leak", "system_prompt", "block", ANSWER, 1.0, "LEAK")),
    (8, ("secrets", "aws_key_id", "block", REQUEST, 0.95, "SECRET")),
    (4, ("size", "text_chars", "block", "", 1.0, "SIZE")),
)
REDACTIONS = (
    (52, ("pii", "email", "redact", REQUEST, 1.0, "EMAIL")),
    (14, ("pii", "card", "redact", REQUEST, 1.0, "CARD")),
    (12, ("pii", "phone", "redact", REQUEST, 0.9, "PHONE")),
    (8, ("pii", "iban", "redact", REQUEST, 1.0, "IBAN")),
    (9, ("output_pii", "email", "redact", ANSWER, 1.0, "EMAIL")),
    (5, ("output_links", "image_carries_data", "redact", ANSWER, 0.9, "IMAGE")),
)
OBSERVED = ("injection", "forget_all", "observe", REQUEST, 0.62, "INJECTION")
FAILURES = ((5, ("provider_timeout", 504)), (3, ("provider_rate_limited", 429)), (2, ("provider_failed", 502)))
# Two bad nights: (assistant, days ago, hours, attempts).
NIGHTS = (("support-concierge", 0.4, 2.0, 75), ("contract-reader", 11.3, 1.5, 41))


@dataclass(frozen=True, slots=True)
class Called:
    """What all calls of one assistant have in common."""

    text: texts.Text
    assistant: UUID
    key: UUID
    subject: UUID
    provider: UUID | None
    policy: str
    versions: list[tuple[datetime, UUID]]
    until: datetime


def traffic(world: demo.World) -> None:
    partitions.ensure(world.ago(DAYS).date(), world.at.date())
    called = [_called(world, text) for text in texts.ASSISTANTS if text.calls]
    rows: list[dict[str, Any]] = []
    for one in called:
        rows += _usual(world, one)
    for slug, days, hours, attempts in NIGHTS:
        one = next(each for each in called if each.text.slug == slug)
        rows += [_attempt(world, one, days, hours) for _ in range(attempts)]
    rows += _turned_away(world)
    _copy(sorted(rows, key=lambda row: row["at"]))
    told = [Use(one.key, one.until, network="192.0.2.0/24", scope=SCOPE, assistant=one.assistant) for one in called]
    uses.used(uses=told)


def _called(world: demo.World, text: texts.Text) -> Called:
    assistant = Assistant.objects.get(slug=text.slug)
    rows = AssistantVersion.objects.filter(assistant=assistant).order_by("number")
    live = rows.last()
    key = world.objects["key", text.slug]
    if live is None:
        raise RuntimeError(f"{text.slug} has no version.")
    return Called(
        text,
        assistant.id,
        key,
        subjects.subjects_for([Name(Kind.API_KEY, str(key))])[0],
        live.provider_id,
        live.policy.version,
        [(one.created_at, one.id) for one in rows],
        world.ago(text.stopped[2]) if text.stopped else world.at - timedelta(minutes=4),
    )


def _usual(world: demo.World, one: Called) -> Iterator[dict[str, Any]]:
    chance = world.chance
    first = max(world.ago(DAYS), one.versions[0][0] + timedelta(hours=6))
    hour = first.replace(minute=0, second=0, microsecond=0)
    while hour < one.until:
        share = HOURS[hour.hour] / sum(HOURS) * (WEEKEND if hour.weekday() > 4 else 1)
        growth = 0.8 + 0.4 * (hour - first).total_seconds() / (DAYS * 86_400)
        for _ in range(_around(chance, one.text.calls * share * growth)):
            at = hour + timedelta(seconds=chance.random() * 3600)
            if first < at < one.until:
                yield _call(chance, one, at)
        hour += timedelta(hours=1)


def _around(chance: Random, mean: float) -> int:
    """A count near the mean; the fraction decides by chance, so that quiet assistants stay quiet."""
    return max(0, int(mean * chance.uniform(0.75, 1.25) + chance.random()))


def _call(chance: Random, one: Called, at: datetime) -> dict[str, Any]:
    dice = chance.random()
    if dice < one.text.blocked:
        return _row(chance, one, at, [_weighted(chance, BLOCKS)])
    if dice < one.text.blocked + 0.022:
        return _row(chance, one, at, [_weighted(chance, REDACTIONS)])
    if dice < one.text.blocked + 0.028:
        return _row(chance, one, at, [OBSERVED])
    if dice > 0.996:
        error, status = _weighted(chance, FAILURES)
        return _row(chance, one, at, [], error=error, status=status)
    return _row(chance, one, at, [])


def _attempt(world: demo.World, one: Called, days: float, hours: float) -> dict[str, Any]:
    at = world.ago(days) + timedelta(hours=hours * world.chance.random())
    return _row(world.chance, one, at, [BLOCKS[0][1]])


def _weighted(chance: Random, choices: Any) -> Any:
    return chance.choices([choice for _, choice in choices], [weight for weight, _ in choices])[0]


def _row(
    chance: Random, one: Called, at: datetime, found: list[tuple[Any, ...]], *, error: str = "", status: int = 200
) -> dict[str, Any]:
    ended = next((verdict[0] for verdict in found if verdict[2] == "block"), "")
    stages, first, total = _stages(chance, ended, error)
    answered = not ended and not error
    words = chance.randint(9, 90)
    return {
        "at": at,
        "route": "/v1/chat/completions",
        "source": "api",
        "key": one.key,
        "assistant": one.assistant,
        "version": [version for made, version in one.versions if made <= at][-1],
        "provider": one.provider,
        "model": "demo",
        "policy": one.policy,
        "subject": one.subject,
        "stream": chance.random() < 0.4,
        "status": 400 if ended else status,
        "upstream_status": 0 if ended else status,
        "error": "content_blocked" if ended else error,
        "action": found[0][2] if found else "allow",
        "verdicts": [_verdict(chance, *each) for each in found],
        "stages": stages,
        "tokens_in": 0 if ended else 40 + words,
        "tokens_out": chance.randint(12, 240) if answered else 0,
        "bytes_in": 90 + 6 * words,
        "bytes_out": chance.randint(300, 1900) if answered else 0,
        "first_us": first if answered else None,
        "total_us": total,
    }


def _verdict(chance: Random, stage: str, rule: str, action: str, where: str, score: float, label: str) -> list[Any]:
    begin = chance.randint(0, 60)
    return [stage, rule, action, where, begin, begin + chance.randint(12, 40), score, label]


def _stages(chance: Random, ended: str, error: str) -> tuple[list[list[Any]], int, int]:
    """(name, begin, end, cost) in microseconds, up to the stage that ended the call; then the first byte and the end."""
    at, found = chance.randint(400, 900), []
    for name in STAGES[:-1]:
        cost = int(chance.lognormvariate(13.2, 0.45)) if name == "provider" else chance.randint(18, 260)
        found.append([name, at, at + cost, cost])
        at += cost + chance.randint(5, 40)
        if name == ended or (error and name == "provider"):
            break
    return found, at + 200, at + chance.randint(250, 900)


def _turned_away(world: demo.World) -> Iterator[dict[str, Any]]:
    """Callers without a usable key, some a night, counted by minute."""
    for day in range(DAYS):
        for _ in range(world.chance.randint(0, 3)):
            at = world.ago(day + world.chance.random()).replace(second=0, microsecond=0)
            yield {
                "at": min(at, world.at - timedelta(minutes=10)),
                "route": "/v1/chat/completions",
                "source": "api",
                "status": 401,
                "error": world.chance.choice(("invalid_api_key", "missing_api_key")),
                "count": world.chance.randint(1, 40),
                "address_digest": f"{world.chance.getrandbits(64):016x}",
            }


def _copy(rows: list[dict[str, Any]]) -> None:
    """By COPY: thirty thousand calls are a matter of seconds."""
    fields: list[Any] = [field for field in Call._meta.concrete_fields if field.column]
    names = ", ".join(f'"{field.column}"' for field in fields)
    defaults: dict[str, Any] = {field.column: field.get_default() for field in fields}
    json = {"verdicts", "stages"}
    with connection.cursor() as cursor, cursor.copy(f"COPY conversations_call ({names}) FROM STDIN") as copy:
        for row in rows:
            call = ids.new_id(row["at"])
            full = {**defaults, **row, "id": call, "day": ids.day_of(call)}
            copy.write_row([orjson.dumps(full[name]).decode() if name in json else full[name] for name in defaults])
