"""Verify a signed bundle of this installation, or of another with its keys."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from panel.journal import signers
from panel.journal.verifiers import verify as script
from panel.kernel.crypto.kek import KekError
from panel.kernel.errors import Refusal

VERIFIED, ALTERED, UNREAD = 0, 1, 2


class Command(BaseCommand):
    help = "Verify a signed bundle. Exit code 0: verified, 1: not what was signed, 2: could not be read."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="the zip, or the folder it was unpacked into")
        parser.add_argument("--keys", metavar="FILE", type=Path, help="keys.json of another installation")
        parser.add_argument("--proof", metavar="FILE", type=Path, help="a proof.json that was fetched later")
        parser.add_argument("--kind", default="", help="refuse every other kind")
        parser.add_argument(
            "--checkpoint", metavar="FILE", type=Path, action="append", default=[],
            help="compare a bundle of the journal with a checkpoint kept elsewhere",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")

    def handle(
        self, *_: Any, file: Path, keys: Path | None, proof: Path | None, kind: str, as_json: bool,
        checkpoint: list[Path], **__: Any,
    ) -> None:  # fmt: skip
        try:
            pinned = script.trusted(keys, None) if keys else {one.fingerprint for one in signers.chain()}
            later = proof.read_bytes() if proof else None
            kept = [one.read_text("utf-8") for one in checkpoint]
            found = script.verify(file, pinned=pinned or {"none"}, proof=later, kind=kind, kept=kept)
        except script.Refused as refused:
            told = {"verified": False, "code": refused.code, "sentence": str(refused)}
            self.stdout.write(json.dumps(told) if as_json else f"NOT VERIFIED ({refused.code}): {refused}")
            sys.exit(ALTERED)
        except (OSError, ValueError, KeyError, KekError, DatabaseError, Refusal) as error:
            self.stderr.write(f"The bundle could not be verified: {error}")
            sys.exit(UNREAD)
        if as_json:
            self.stdout.write(json.dumps({"verified": True, **found}))
        else:
            script.tell(found)
        sys.exit(VERIFIED)
