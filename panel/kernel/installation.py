"""The one row that says which installation this is."""

from uuid import UUID

from django.conf import settings

from panel.kernel.errors import Unavailable
from panel.kernel.models import Installation

_known: dict[str, UUID] = {}


def installation_id() -> UUID:
    """The id of this installation, remembered per process and database. Raises Unavailable before `prepare_database`."""
    name = str(settings.DATABASES["default"].get("NAME"))
    if name not in _known:
        found = Installation.objects.values_list("id", flat=True).first()
        if found is None:
            raise Unavailable("The database is not prepared: run manage.py prepare_database.")
        _known[name] = found
    return _known[name]


def ensure(mode: str) -> UUID:
    """Create the installation's row once. Raises RuntimeError when the database belongs to another mode."""
    row, _ = Installation.objects.get_or_create(singleton=True, defaults={"mode": mode})
    if row.mode != mode:
        raise RuntimeError(f"This database is a {row.mode} installation and cannot be used as {mode}.")
    return row.id


def organisation() -> str:
    """The name that the organisation gave itself, or "" before set-up."""
    return Installation.objects.values_list("organisation", flat=True).first() or ""


def name_organisation(name: str) -> None:
    Installation.objects.update(organisation=" ".join(name.split())[:120])


def forget() -> None:
    _known.clear()
