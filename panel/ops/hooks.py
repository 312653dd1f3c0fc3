from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from panel.journal import events
from panel.kernel.actors import Actor
from panel.ops.services import emergency
from panel.ui import menu
from panel.ui.menu import Banner

events.register("ops.gateway.stopped", _("All answering was stopped from the console"))
events.register("ops.gateway.resumed", _("Answering was allowed again from the console"))


def _stopped(_actor: Actor) -> Banner | None:
    if not emergency.is_on(Path(settings.DATA_DIR)):
        return None
    text = _("No assistant answers. `manage.py stop --lift` on the server ends it.")
    return Banner(_("Emergency stop is on."), text)


menu.register_banner(_stopped)
