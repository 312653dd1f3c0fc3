"""Questions about webhooks."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from panel.kernel.registries.alarms import Alarm
from panel.outbound.models import Delivery, Endpoint
from panel.outbound.webhooks.rules import Outcome, State


def endpoints() -> QuerySet[Endpoint]:
    """Without what is sealed; who may see them is for the caller to say."""
    return Endpoint.objects.defer("url", "secret", "old_secret")


def counted() -> QuerySet[Endpoint]:
    """With how many deliveries wait and were given up."""
    waits, dead = Q(deliveries__state=Outcome.QUEUED), Q(deliveries__state=Outcome.DEAD)
    return endpoints().annotate(waits=Count("deliveries", filter=waits), dead=Count("deliveries", filter=dead))


def endpoint(endpoint_id: UUID) -> Endpoint | None:
    return Endpoint.objects.filter(id=endpoint_id).first()


def delivery(endpoint_id: UUID, delivery_id: UUID) -> Delivery | None:
    return Delivery.objects.filter(endpoint_id=endpoint_id, id=delivery_id).first()


def disabled_alarm() -> Alarm | None:
    """Somebody relies on what no longer comes."""
    count = Endpoint.objects.filter(state=State.DISABLED).count()
    if not count:
        return None
    words = ngettext(
        "%(n)s webhook endpoint was switched off, because it failed for five days or is gone.",
        "%(n)s webhook endpoints were switched off, because they failed for five days or are gone.",
        count,
    ) % {"n": count}
    return Alarm("webhooks.disabled", "warning", f"{words} {_('Repair or delete them.')}")
