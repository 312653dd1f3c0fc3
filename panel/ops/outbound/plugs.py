"""What the way out plugs into the shell: permits, menu, what needs somebody on the front page."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import queries as access
from accounts.access.services import register_permits
from panel.kernel.actors import Actor
from panel.kernel.registries import objects, setup
from panel.ops.outbound import rules
from panel.outbound.mail import letters, queries, servers
from panel.outbound.models import Endpoint, Message
from panel.ui import cards, menu
from panel.ui.cards import Task


def _tasks(actor: Actor, at: datetime) -> list[Task]:
    failed = queries.failed(at)
    if not failed or not access.can(actor, rules.SEND_MAIL):
        return []
    sentence = ngettext(
        "%(n)s message could not be sent within a week.", "%(n)s messages could not be sent within a week.", failed
    )
    url = f"{reverse('ops:outbox')}?state=failed"
    return [
        Task(_("Mail did not get through"), sentence % {"n": failed}, url, _("See them"), icon="mail-warning",
             urgency=30, tone="warn")
    ]  # fmt: skip


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    if not access.can(actor, rules.SEE_MAIL):
        return {}
    rows = Message.objects.filter(id__in=list(ids)).values_list("id", "template")
    return {key: objects.Card(letters.title(name), reverse("ops:message", args=[key])) for key, name in rows}


def _endpoints(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:
    if not access.can(actor, rules.SEE_HOOKS):
        return {}
    rows = Endpoint.objects.filter(id__in=list(ids)).values_list("id", "name")
    return {key: objects.Card(name, reverse("ops:webhook", args=[key])) for key, name in rows}


def register() -> None:
    register_permits(*rules.PERMITS)
    menu.register(menu.Item("admin", gettext_lazy("Mail"), "ops:outbox", "mail", rules.SEE_MAIL, order=60))
    menu.register(menu.Item("admin", gettext_lazy("Webhooks"), "ops:webhooks", "webhook", rules.SEE_HOOKS, order=61))
    objects.register(objects.Resolver("webhook", "webhook", _endpoints))
    cards.register(cards.Source("mail", permit=rules.SEE_MAIL, tasks=_tasks))
    objects.register(objects.Resolver("mail", "message", _cards))
    setup.register_chore(
        setup.Chore(
            "mail",
            gettext_lazy("Set up the mail server"),
            gettext_lazy("Invitations and alarms reach people by mail. Until then you hand links over yourself."),
            "ops:mail",
            20,
            lambda _actor, _at: servers.is_set(),
            rules.SEE_MAIL,
        )
    )
