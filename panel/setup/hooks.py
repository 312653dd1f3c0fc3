"""What the first run registers."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import queries as access
from accounts.access.services import register_permits
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import demo, privacy, settings, setup
from panel.kernel.registries.privacy import NotPersonal
from panel.kernel.registries.setup import Chore
from panel.setup import queries, rules
from panel.ui import cards, menu
from panel.ui.menu import Banner

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
events.register("setup.wizard.ended", _("First steps finished"))
events.register("setup.checklist.put_away", _("First checklist put away"))
events.register("setup.keys.kept", _("Key-encryption keys confirmed as stored"))


def _word(text: str) -> str:
    return text


for name, title in (
    (rules.REACHED, "The first step that the wizard resumes at"),
    (rules.CHECKLIST, "Whether the first checklist was put away"),
    (rules.KEYS_KEPT, "When a copy of the key-encryption keys was confirmed"),
):
    settings.register(settings.Spec(name, title, "", _word))


def _go_on(actor: Actor) -> Banner | None:
    """The way back into the wizard, from every page, until it is finished."""
    if not access.can(actor, rules.FIRST_STEPS) or queries.ended():
        return None
    return Banner(
        _("The set-up is not finished."), _("What you made so far stays."), "info", "list-checks",
        _("Continue the set-up"), reverse("setup:first_steps"),
    )  # fmt: skip


menu.register_banner(_go_on)
setup.register_chore(
    Chore(
        "keys",
        _("Keep the encryption keys"),
        _("Without them no backup can be read. Store a copy elsewhere."),
        "setup:keys",
        30,
        queries.keys_kept,
        rules.KEEP_KEYS,
    )
)


def _checklist(actor: Actor, at: datetime) -> cards.Notice | None:
    lines = queries.checklist(actor, at)
    return cards.Notice("setup/checklist.html", {"lines": lines}) if lines else None


cards.register(cards.Source("setup", permit=rules.FIRST_STEPS, order=0, notice=_checklist))


def _demo(_world: demo.World) -> None:
    settings.change(rules.REACHED, rules.ENDED)
    settings.change(rules.CHECKLIST, rules.PUT_AWAY)  # the tour stands in its place


demo.register(90, _demo)
