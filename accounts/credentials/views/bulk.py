"""Acts on several keys at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access.rules import door
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.rules import permits as rules
from accounts.credentials.services import keys as services
from panel.ui.lists.bulk import BulkPage


@door(rules.USE)
class Revocations(BulkPage):
    """POST ends each picked key everywhere; the verb decides key by key who may."""

    list_url_name = "credentials:list"
    verb = gettext_lazy("Revoke {n}")
    icon = "ban"

    def find(self, ids: list[UUID]) -> Mapping[str, ApiKey]:
        return {str(key.pk): key for key in queries.visible_to(self.actor).filter(id__in=ids).order_by("name")}

    def perform(self, row: ApiKey) -> None:
        services.revoke(actor=self.actor, key=row, at=self.at)

    def question(self, rows: list[ApiKey]) -> str:
        return ngettext("Revoke %(n)s key?", "Revoke %(n)s keys?", len(rows)) % {"n": len(rows)}

    def consequences(self, rows: list[ApiKey]) -> list[dict[str, Any]]:  # noqa: ARG002 - the same for all
        return [
            {"icon": "key-round", "text": _("Calls with these keys get 401 from now on.")},
            {"icon": "ban", "text": _("A key that was revoked cannot come back. Make another one instead.")},
        ]

    def told(self, done: int) -> str:
        return ngettext("%(n)s key is revoked.", "%(n)s keys are revoked.", done) % {"n": done}
