"""An access review at size: how long freezing takes, and what its pages cost the server.

Prints one JSON object. Bar: 100,000 grants are frozen in at most 60 s, and each page of the review takes at most 150 ms (least of
nine, one worker, the whole way through middleware and template). `--grants N`, `--assistants N`.
"""

import argparse
import json
import os
import sys
import time
from datetime import timedelta
from typing import Any

import access
import lists
from parts import stage

BAR_S, BAR_MS = 60.0, 150.0


def measure(assistants: int, grants: int) -> dict[str, Any]:
    from compliance.reviews.rules.scope import Scope  # noqa: PLC0415 - needs django.setup
    from compliance.reviews.services import campaigns  # noqa: PLC0415
    from panel.kernel import clock, jobs  # noqa: PLC0415
    from panel.kernel.models import Job  # noqa: PLC0415
    from tests.factories.people import make_person, signed_in  # noqa: PLC0415
    from tests.factories.ruled import fresh  # noqa: PLC0415

    access.fill(assistants, grants)
    adam, rosa = make_person("adam", role="administrator"), make_person("rosa", role="operator")
    at = clock.now()
    wanted = campaigns.Wanted("Everything", Scope(("grant",)), "named", rosa.id, adam.id, "revoke")
    row = campaigns.begin(actor=fresh(adam), wanted=wanted, due_at=at + timedelta(days=14), at=at)
    begun, cpu = time.perf_counter(), time.process_time()
    done = jobs.perform(Job.objects.get(name="reviews.freeze", key=str(row.id)))
    freeze = {
        "s": round(time.perf_counter() - begun, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "state": done.state,
    }
    row.refresh_from_db()
    client, here = signed_in(rosa), f"/reviews/{row.id}/"
    item = row.items.filter(reviewer_id=rosa.id).order_by("place")[40]
    urls = {
        "newest": here,
        "open": f"{here}?state=open",
        "flag": f"{here}?flag=privileged",
        "beside": f"{here}?peek={item.id}",
        "one": f"/reviews/rights/{item.id}/",
        "all reviews": "/reviews/",
    }
    return {
        "frozen": row.count,
        "freeze": freeze,
        "pages": {name: lists.timed(client, url) for name, url in urls.items()},
    }


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--grants", type=int, default=100_000)
    asked.add_argument("--assistants", type=int, default=10_000)
    options = asked.parse_args()
    with stage.database(pages=True):
        found = measure(options.assistants, options.grants)
    slow = {name: one["best_ms"] for name, one in found["pages"].items() if one["best_ms"] > BAR_MS}
    met = not slow and found["freeze"]["s"] <= BAR_S
    result = {"bench": "reviews", "met": met, "bar_s": BAR_S, "bar_ms": BAR_MS, "slow": slow}
    print(json.dumps({**result, **found, "load": os.getloadavg()[0]}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
