"""A copy for development: every table as JSON lines, people and content replaced by invented values that stay the same for the
same person, nothing secret. Read again at the end by the search that proves erasures."""

import hashlib
import hmac
import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from compliance.requests.services.reader import scanning
from panel.kernel.crypto.fields import EncryptedText
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.errors import Conflict
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import Personal

LOREM = (
    "lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod tempor invidunt ut labore et dolore "
)
# Keys, ledgers of bytes and the framework's own: nothing to develop with.
LEFT_OUT = frozenset({"kernel.datakey", "sessions.session", "auth.permission", "contenttypes.contenttype"})


class Leaks(Conflict):
    """The copy still named somebody; it was removed."""

    code = "masked_copy_leaks"


@dataclass
class Masks:
    """Invented values under a key that lives as long as this run: the same word gives the same value, and nobody can go back.
    `seen`: what was replaced, to be searched for."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    seen: set[str] = field(default_factory=set)

    def of(self, value: Any, category: str) -> Any:
        if value in (None, ""):
            return value
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        if category in {"identity", "contact"}:
            self.seen.add(text)
        mark = hmac.new(self.key, text.casefold().encode(), hashlib.sha256).hexdigest()[:10]
        if "@" in text and category in {"contact", "identity"}:
            return f"person-{mark}@example.test"
        if category == "identity":
            return f"Person {mark}"
        return (LOREM * (len(text) // len(LOREM) + 1))[: len(text)]


def export(target: Path) -> dict[str, int]:
    """Write the copy into a new folder; rows per table. Raises Conflict when the folder is there, Leaks when it names somebody."""
    if target.exists():
        raise Conflict(_("The folder is there already. Name a new one."))
    target.mkdir(mode=0o700, parents=True)
    masks, counts = Masks(), {}
    for model in sorted(apps.get_models(include_auto_created=True), key=lambda one: one._meta.label_lower):
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT:
            counts[model._meta.label_lower] = _table(target, model, masks)
    (target / "manifest.json").write_text(json.dumps({"format": 1, "tables": counts}, indent=1))
    _verify(target, masks)
    return counts


def _table(target: Path, model: type[models.Model], masks: Masks) -> int:
    number = 0
    with (target / f"{model._meta.label_lower}.jsonl").open("w") as out:
        for row in _rows(model):
            number += 1
            values = {one.attname: _value(row, one, masks) for one in model._meta.concrete_fields}
            out.write(json.dumps(values, default=str, ensure_ascii=False) + "\n")
    return number


def _rows(model: type[models.Model]) -> Iterator[models.Model]:
    return model._default_manager.all().iterator(chunk_size=1000)


def _value(row: models.Model, one: "models.Field[Any, Any]", masks: Masks) -> Any:
    declared = privacy.declarations().get((row._meta.label_lower, one.name))
    if isinstance(declared, Personal):
        return masks.of(_opened(row, one), declared.category)
    if isinstance(one, models.BinaryField) or (declared is not None and declared.secret):
        return None
    if declared is None and isinstance(one, privacy.CAN_HOLD) and not one.choices:
        return None
    return getattr(row, one.attname)


def _opened(row: models.Model, one: "models.Field[Any, Any]") -> Any:
    if isinstance(one, models.BinaryField) and not isinstance(one, EncryptedText):
        return None
    try:
        return getattr(row, one.attname)
    except KeyGone:
        return None


def _verify(target: Path, masks: Masks) -> None:
    """Nobody who was replaced may be found in what was written."""
    wanted = scanning.spelled(scanning.needles(masks.seen))
    hits = sum(scanning.count(scanning.pieces(path), wanted)[0] for path in sorted(target.iterdir()))
    if hits:
        shutil.rmtree(target)
        raise Leaks(_("The copy still named somebody in %(n)s places, and was removed.") % {"n": hits})
