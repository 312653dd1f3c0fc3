"""What grants register."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import SIGNED_IN
from panel.ui import menu

menu.register(menu.Item("account", _("Why can somebody …?"), "grants:why", "search", SIGNED_IN, order=25))
