"""What the first run registers."""

from django.utils.translation import gettext_lazy as _

from accounts.access.services import register_permits
from panel.journal import events
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal
from panel.setup import rules

register_permits(*rules.PERMITS)

privacy.declare(
    "setup.SetupLink",
    {
        "digest": NotPersonal("the hash of a random link", secret=True),
        "stage": NotPersonal("the name of a step"),
    },
)
privacy.store("run/setup_token", NotPersonal("a random link, until the first administrator is made", secret=True))
events.register("setup.administrator.made", _("First administrator made"))
