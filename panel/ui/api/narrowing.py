"""What narrows a list: a name that it does not know is refused, or a slip of the pen would answer with everything."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from panel.kernel.errors import Invalid

SHOWN = 60


def require_known(given: Collection[str], known: Collection[str]) -> None:
    """Raises Invalid that names each parameter of the address which nobody reads."""
    words = ", ".join(sorted(known))
    told = _("This address reads: %(names)s.") % {"names": words} if words else _("This address reads no parameters.")
    if unknown := [name for name in given if name not in known]:
        raise Invalid(fields={name[:SHOWN]: told for name in unknown[:10]})


def paged_by(paginator: Any, view: Any) -> list[str]:
    """Names of what turns the pages of a view's list."""
    return [one["name"] for one in paginator.get_schema_operation_parameters(view)] if paginator else []
