"""What people do in an installation of a test: `python -m tests.compliance.requests.acts say|erase ADDRESS`."""

import sys

import django

django.setup()

from accounts.people import queries as people  # noqa: E402 - after django.setup
from accounts.people.models import User  # noqa: E402
from panel.kernel.db import epochs  # noqa: E402
from tests.compliance.requests import stage  # noqa: E402
from tests.factories.people import make_person  # noqa: E402


def officer(name: str, role: str) -> User:
    found: User | None = people.by_email(f"{name}@example.test")
    return found or make_person(name, role=role)


def main(act: str, address: str) -> None:
    """Prints the subject's id; an erasure is asked for, approved by a second person and done by its job."""
    epochs.wait = lambda *_given, **_more: []  # no gateway runs
    pia, adam = officer("pia", "privacy_officer"), officer("adam", "administrator")
    mine = stage.visitor(address)
    if act == "say":
        stage.said(mine.subject, stage.CANARY)
        stage.asked(mine, "objection", words=f"Do not use my {stage.CANARY}.")
    else:
        row = stage.erased(mine, pia, adam)
        if row.state != "fulfilled":
            raise SystemExit(str(list(row.verdicts.values("store", "outcome", "left", "problem"))))
    sys.stdout.write(str(mine.subject))


if __name__ == "__main__":
    main(*sys.argv[1:])
