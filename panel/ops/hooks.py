from django.utils.translation import gettext_lazy as _

from panel.journal import events

events.register("ops.gateway.stopped", _("All answering was stopped from the console"))
events.register("ops.gateway.resumed", _("Answering was allowed again from the console"))
