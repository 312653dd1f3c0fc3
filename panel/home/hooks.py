from django.utils.translation import gettext_lazy as _

from panel.ui import menu
from panel.ui.menu import Item

menu.register(Item("overview", _("Now"), "home:now", "gauge", order=0))
