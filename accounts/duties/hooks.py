"""What separation of duties registers."""

from django.utils.translation import gettext_lazy as _

from accounts.access import rules as access
from accounts.access.rules import SEE_PEOPLE
from accounts.duties import services
from panel.journal import events
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal
from panel.ui import menu

_WORD = NotPersonal("a fixed word of the program")
privacy.declare("duties.Decided", dict.fromkeys(("name", "first", "second", "changed_by_kind"), _WORD))

events.register("access.separation.decided", _("Strength of a rule of separation decided"))
events.register("access.separation.added", _("Rule of separation made"))
events.register("access.separation.removed", _("Rule of separation removed"))

access.register_separation(services.separate)
menu.register(menu.Item("admin", _("Separation of duties"), "duties:rules", "split", SEE_PEOPLE, order=14))
