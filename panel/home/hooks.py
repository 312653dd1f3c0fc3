from django.utils.translation import gettext_lazy as _

from accounts.access.services import register_permits
from panel.home import queries, rules
from panel.ui import cards, menu

register_permits(*rules.PERMITS)
menu.register(menu.Item("overview", _("Now"), "home:now", "gauge", order=0))
menu.register(menu.Item("account", _("API documentation"), "home:api", "code", order=90))
cards.register(cards.Source("ground", permit=rules.SEE_HEALTH, order=90, tasks=queries.tasks, checks=queries.checks))
