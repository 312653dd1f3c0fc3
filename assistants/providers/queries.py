"""Questions about providers."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import queries as access
from assistants.providers import rules
from assistants.providers.models import Provider
from assistants.vault import queries as vault
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.outbound import hosts
from panel.outbound.models import AllowedHost


def visible_to(actor: Actor) -> QuerySet[Provider]:
    return Provider.objects.all() if access.can(actor, rules.VIEW) else Provider.objects.none()


def listed(actor: Actor) -> QuerySet[Provider]:
    return visible_to(actor).select_related("secret")


def rights(actor: Actor) -> dict[str, bool]:
    """What pages offer: "add", "change", "disable", "allow"."""
    names = {"add": rules.ADD, "change": rules.CHANGE, "disable": rules.DISABLE, "allow": rules.ALLOW}
    return {name: access.can(actor, permit) for name, permit in names.items()}


def choices() -> list[tuple[UUID, str]]:
    """(id, name) of every provider that can be used, by name: what an assistant may pick."""
    return list(Provider.objects.filter(enabled=True).order_by("name").values_list("id", "name"))


def trouble(provider: Provider) -> str:
    """What is wrong with a provider as far as the panel knows, as a sentence, or ""."""
    if not provider.enabled:
        return _("%(name)s is disabled: calls that need it get 503.") % {"name": provider.name}
    if provider.checked_code in {"", "ok"}:
        return ""
    words = {"name": provider.name, "why": rules.OUTCOMES.get(provider.checked_code, "")}
    return _("%(name)s did not answer when it was last tested. %(why)s") % words


def get(provider_id: UUID) -> Provider:
    """Raises Missing."""
    found = Provider.objects.filter(id=provider_id).first()
    if found is None:
        raise Missing(_("There is no such provider."))
    return found


def every() -> list[Provider]:
    """All of them, for the record of processing."""
    return list(Provider.objects.order_by("name"))


def demo() -> Provider | None:
    """The built-in provider."""
    return Provider.objects.filter(kind=rules.Kind.DEMO).order_by("created_at").first()


def for_a_start() -> Provider | None:
    """What a first assistant runs on: the newest usable provider of one's own that names a model, else the demo."""
    own = Provider.objects.filter(enabled=True).exclude(kind=rules.Kind.DEMO).exclude(default_model="")
    return own.order_by("-created_at").first() or demo()


def secret_choices(actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """(id, name) of the secrets that the actor may give to a provider."""
    return [(str(secret.id), secret.name) for secret in vault.usable(actor, at)]


def hosts_for(actor: Actor) -> QuerySet[AllowedHost]:
    """The private hosts on the allow-list."""
    return hosts.every() if access.can(actor, rules.VIEW) else hosts.every().none()
