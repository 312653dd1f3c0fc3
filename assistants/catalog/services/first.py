"""The first assistant, from a template."""

from datetime import datetime
from itertools import count

from django.db import transaction
from django.utils.translation import gettext as _

from assistants.catalog.models import Assistant
from assistants.catalog.queries import versions
from assistants.catalog.rules.templates import Template
from assistants.catalog.services import assistants, drafts, publishing
from assistants.guard import queries as guard
from assistants.providers import queries as providers
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing


def _free(template: Template) -> tuple[str, str]:
    """Model name and name of the template, with a number when they are taken: nobody has to think of one here."""
    taken = set(Assistant.objects.filter(slug__startswith=template.slug).values_list("slug", flat=True))
    if template.slug not in taken:
        return template.slug, str(template.name)
    number = next(one for one in count(2) if f"{template.slug}-{one}" not in taken)
    return f"{template.slug}-{number}", f"{template.name} {number}"


@transaction.atomic
def make(*, actor: Actor, template: Template, at: datetime) -> Assistant:
    """Made, drafted on the newest provider under Balanced, and published. Raises Forbidden, SlugTaken, Missing."""
    provider = providers.for_a_start()
    if provider is None:
        raise Missing(_("The demo provider is missing."))
    slug, name = _free(template)
    assistant = assistants.create(actor=actor, name=name, slug=slug, at=at)
    drafts.edit(
        actor=actor,
        assistant=assistant,
        system_prompt=str(template.prompt),
        provider_id=provider.id,
        model=provider.default_model or "demo",
        policy_id=guard.default().id,
        parameters={},
        revision=versions.draft_of(assistant).revision,
        at=at,
    )
    publishing.publish(actor=actor, assistant=assistant, message=_("From a template"), at=at)
    return assistant
