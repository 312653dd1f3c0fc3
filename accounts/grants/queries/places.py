"""Where a grant stands, and whom it reaches."""

from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.access import queries as access
from accounts.access.models import TEAM_KEY, TeamGrant, UserGrant
from accounts.people.models import Team, User
from panel.kernel.crypto import keyring


def place_of(obj: Model, receiver: User | Team) -> tuple[QuerySet[Any], UserGrant | TeamGrant]:
    """The rows that a new grant to a receiver replaces, and the new one, unsaved. Raises TypeError for a model that
    cannot be shared."""
    models = access.grant_models(type(obj))
    if models is None:
        raise TypeError(f"{type(obj)._meta.label} has no grant tables.")
    if isinstance(receiver, User):
        rows = models[0].objects.filter(content_object=obj, user=receiver)
        return rows, models[0](content_object=obj, user=receiver, key_id=receiver.key_id)
    rows = models[1].objects.filter(content_object=obj, group=receiver.group)
    return rows, models[1](content_object=obj, group=receiver.group, key_id=keyring.named(TEAM_KEY))


def behind(receiver: User | Team) -> set[UUID]:
    """The users whom a grant to this receiver reaches."""
    if isinstance(receiver, User):
        return {receiver.id}
    return set(receiver.group.user_set.values_list("id", flat=True))
