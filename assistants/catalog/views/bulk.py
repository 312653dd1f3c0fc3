"""Acts on several assistants at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access.rules import door
from assistants.catalog.models import Assistant
from assistants.catalog.queries import assistants
from assistants.catalog.rules import permits
from assistants.catalog.services import switch
from panel.ui.lists.bulk import BulkPage


@door(permits.PAUSE)
class Suspensions(BulkPage):
    """The kill switch of each picked assistant, for one reason; the verb decides one by one who may."""

    list_url_name = "catalog:list"
    verb = gettext_lazy("Stop {n}")
    icon = "circle-x"
    reason_label = gettext_lazy("Why do you stop them?")

    def find(self, ids: list[UUID]) -> Mapping[str, Assistant]:
        return {str(one.pk): one for one in assistants.visible_to(self.actor).filter(id__in=ids).order_by("name", "id")}

    def perform(self, row: Assistant) -> None:
        switch.pause(actor=self.actor, assistant=row, reason=self.reason, at=self.at)

    def question(self, rows: list[Assistant]) -> str:
        return ngettext("Stop %(n)s assistant?", "Stop %(n)s assistants?", len(rows)) % {"n": len(rows)}

    def consequences(self, rows: list[Assistant]) -> list[dict[str, Any]]:  # noqa: ARG002 - the same for all
        return [
            {"icon": "key-round", "text": _("Every call to them gets 503 at once.")},
            {"icon": "scissors", "text": _("Running answers are cut.")},
            {"icon": "undo-2", "text": _("Each can be resumed later, on its own page.")},
        ]

    def told(self, done: int) -> str:
        return ngettext("%(n)s assistant is stopped.", "%(n)s assistants are stopped.", done) % {"n": done}
