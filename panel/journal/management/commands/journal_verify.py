"""Check the whole journal and name what was altered."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from panel.journal import verification
from panel.journal.rules.audit import Audit, Finding
from panel.journal.rules.checkpoint import CheckpointError
from panel.kernel.crypto.kek import KekError
from panel.kernel.errors import Refusal

INTACT, ALTERED, UNCHECKED = 0, 1, 2


class Command(BaseCommand):
    help = "Check every journal entry, the tree and all checkpoints. Exit code 0: intact, 1: altered, 2: not checked."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--checkpoint", metavar="FILE", type=Path, help="compare with a checkpoint kept elsewhere")
        parser.add_argument("--details", action="store_true", help="also compare personal detail with its commitments")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")

    def handle(self, *_: Any, checkpoint: Path | None, details: bool, as_json: bool, **__: Any) -> None:
        try:
            outside = checkpoint.read_text("utf-8") if checkpoint else None
            audit = verification.verify(outside=outside, details=details)
        except (OSError, UnicodeDecodeError, CheckpointError, KekError, DatabaseError, Refusal) as error:
            self.stderr.write(f"The journal could not be checked: {error}".strip())
            sys.exit(UNCHECKED)
        if as_json:
            self._print_json(audit)
        else:
            self._print(audit)
        sys.exit(ALTERED if audit.findings else INTACT)

    def _print(self, audit: Audit) -> None:
        checked = f"{audit.size} entries and {audit.checkpoints} checkpoints checked"
        for one in audit.findings:
            self.stdout.write(line(one))
        if audit.findings:
            self.stdout.write(f"THE JOURNAL WAS ALTERED: {len(audit.findings)} findings, {checked}.")
        else:
            self.stdout.write(f"The journal is intact: {checked}.")
        if cut := audit.cut.told():
            whole = (
                f"of {cut['entries']} entries up to sequence {cut['last']} ({cut['until']})" if cut["entries"] else ""
            )
            some = f"some of {cut['later']} entries{' after that' if whole else ''}" if cut["later"] else ""
            gone = " and ".join(filter(None, (whole, some)))
            self.stdout.write(f"Personal detail is gone, by retention or erasure: {gone}. Every proof stays valid.")

    def _print_json(self, audit: Audit) -> None:
        found = {
            "entries": audit.size,
            "checkpoints": audit.checkpoints,
            "findings": [asdict(f) for f in audit.findings],
            "detail_gone": audit.cut.told(),
        }
        self.stdout.write(json.dumps(found, default=str, indent=2))


def line(finding: Finding) -> str:
    """One finding as one line: kind, what it concerns, what is wrong."""
    named = [f"sequence {finding.sequence}" if finding.sequence is not None else ""]
    named += [str(finding.leaf or ""), finding.event]
    return "  ".join([finding.kind, *filter(None, named), finding.sentence])
