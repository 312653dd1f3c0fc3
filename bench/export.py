"""The copy of one person's data at size: how long it takes to build with and without covering others, and how memory grows.

Prints one JSON object. Bar: 100,000 messages in at most 60 s without masking and 300 s with it; four times the messages cost at
most 64 MiB more memory. `--messages N` (a stored call is two: what was said and what was answered).
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import django
from django.test.utils import setup_test_environment
from parts import stage

PLAIN_S, MASKED_S, GROWTH_MIB = 60.0, 300.0, 64.0
BATCH, ASSISTANTS = 2_000, 5
SAID = (
    "Number {n}: could you compare the offers of our two suppliers and write to otto.other@example.org about delivery? "
    "The last invoice came to 1,240 euros and Maria said on the phone (+46 70 123 45 67) that it is paid. "
) + "Please keep the table short, name the risks first, and say which figures are estimates. " * 3
ANSWERED = (
    "Here is a comparison in five lines. The first supplier is cheaper but slower; the second delivers in a week. " * 6
)


def fill(subject: Any, messages: int) -> None:
    """Stored calls of one person with several assistants, two messages each."""
    from assistants.conversations.models import Call, CallContent  # noqa: PLC0415 - needs django.setup
    from assistants.conversations.services import keeping  # noqa: PLC0415
    from panel.kernel import clock, ids  # noqa: PLC0415
    from panel.kernel.crypto import keyring  # noqa: PLC0415
    from panel.kernel.db import partitions  # noqa: PLC0415

    at = clock.now()
    partitions.ensure(at.date(), at.date())
    assistants = [ids.new_id() for _ in range(ASSISTANTS)]
    keys = {one: keeping.content_key(subject=subject, assistant=one) for one in assistants}
    rows: list[tuple[Any, Any]] = []
    for number in range(messages // 2):
        call, assistant = ids.new_id(at), assistants[number % ASSISTANTS]
        asked = [{"role": "user", "content": SAID.format(n=number)}]
        plain = json.dumps({"request": {"messages": asked}, "answer": [{"content": ANSWERED}]}).encode()
        sealed = keyring.seal(keys[assistant], plain, table=keeping.TABLE, column=keeping.COLUMN, row=call)
        known = {"day": at.date(), "id": call, "assistant": assistant, "subject": subject}
        rows.append(
            (
                Call(
                    at=at, route="/v1/chat/completions", source="api", status=200, stored="standard", model="m", **known
                ),
                CallContent(retention="standard", sealed=sealed, **known),
            )
        )
        if len(rows) == BATCH or number + 1 == messages // 2:
            Call.objects.bulk_create(one for one, _ in rows)
            CallContent.objects.bulk_create(one for _, one in rows)
            rows.clear()


def built(name: str, pia: Any, messages: int, *, masked: bool) -> dict[str, Any]:
    """One request of a new person, taken and packed by its job."""
    from compliance.requests.models import Package  # noqa: PLC0415 - needs django.setup
    from compliance.requests.rules import stores  # noqa: PLC0415
    from compliance.requests.services.copies import packing  # noqa: PLC0415
    from panel.kernel import clock  # noqa: PLC0415
    from tests.compliance.requests import stage  # noqa: PLC0415

    who = stage.visitor(f"{name}@example.org")
    fill(who.subject, messages)
    row = packing.ask(actor=stage.fresh(pia), request=stage.in_work(who, "access", pia), at=clock.now())
    kept: list[Callable[..., Any]] = list(stores._maskers)
    if not masked:
        stores._maskers.clear()
    begun, cpu = time.perf_counter(), time.process_time()
    try:
        job = stage.run("requests.pack", row)
    finally:
        stores._maskers[:] = kept
    took = {"s": round(time.perf_counter() - begun, 1), "cpu_s": round(time.process_time() - cpu, 1)}
    package = Package.objects.get(request=row)
    found = {
        "messages": messages,
        "items": package.items,
        "covers": package.masks,
        "mib": round(package.size / 2**20, 1),
    }
    return {
        **took,
        **found,
        "state": job.state,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def measure(messages: int) -> dict[str, Any]:
    """Each in a process of its own, so that the peak of memory is its own."""
    found = {}
    for name, count, masked in (
        ("small", messages // 4, False), ("plain", messages, False), ("masked", messages, True),
    ):  # fmt: skip
        words = [sys.executable, __file__, "--one", name, "--messages", str(count), *(["--masked"] if masked else [])]
        found[name] = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return found


def one(name: str, messages: int, *, masked: bool) -> dict[str, Any]:
    django.setup()
    setup_test_environment()
    from panel.kernel.db import epochs  # noqa: PLC0415 - needs django.setup
    from tests.factories.people import make_person  # noqa: PLC0415

    epochs.wait = lambda *_given, **_more: []
    return built(name, make_person(f"pia-{name}", role="privacy_officer"), messages, masked=masked)


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--messages", type=int, default=100_000)
    asked.add_argument("--one", default="")
    asked.add_argument("--masked", action="store_true")
    options = asked.parse_args()
    if options.one:
        print(json.dumps(one(options.one, options.messages, masked=options.masked)))
        return 0
    with stage.database(here=False):
        found = measure(options.messages)
    growth = found["plain"]["peak_mib"] - found["small"]["peak_mib"]
    met = found["plain"]["s"] <= PLAIN_S and found["masked"]["s"] <= MASKED_S and growth <= GROWTH_MIB
    bar = {"plain_s": PLAIN_S, "masked_s": MASKED_S, "growth_mib": GROWTH_MIB}
    print(
        json.dumps(
            {"bench": "export", "met": met, "bar": bar, "growth_mib": growth, **found, "load": os.getloadavg()[0]}
        )
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
