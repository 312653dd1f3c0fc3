"""Verbs of guard policies."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.guard.models import GuardPolicy
from assistants.guard.rules import permits, presets
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Invalid


class NameTaken(Conflict):
    code = "name_taken"


class BuiltIn(Conflict):
    """The built-in policies stay as the documentation describes them; make one of your own instead."""

    code = "policy_built_in"


class Changed(Conflict):
    code = "changed"


def create(*, actor: Actor, name: str, document: Mapping[str, Any], at: datetime) -> GuardPolicy:
    """A policy of the organisation's own. Raises Forbidden, Invalid, NameTaken."""
    access.require(actor, permits.CHANGE)
    found = _checked(name, document)
    try:
        with transaction.atomic():
            policy = GuardPolicy.objects.create(
                id=ids.new_id(at),
                name=found["name"],
                document=found,
                version=presets.content_hash(found),
                epoch=epochs.bump(),
                created_at=at,
                changed_at=at,
            )
            journal.record("guard.policy.created", actor=actor, obj=policy, detail={"version": policy.version}, at=at)
    except IntegrityError as error:
        raise NameTaken(_("There is a policy of this name already.")) from error
    return policy


def change(
    *, actor: Actor, policy: GuardPolicy, document: Mapping[str, Any], revision: int, at: datetime
) -> GuardPolicy:
    """Replace the document; calls that begin from the next epoch on use it. Raises Forbidden, Invalid, BuiltIn, Changed."""
    access.require(actor, permits.CHANGE)
    with transaction.atomic():
        policy = GuardPolicy.objects.select_for_update().get(id=policy.id)
        if policy.preset:
            raise BuiltIn(_("Built-in policies cannot be changed. Make a policy of your own from it."))
        if policy.revision != revision:
            raise Changed(_("Somebody changed this policy since you read it. Look at it again."))
        before, found = policy.version, _checked(policy.name, document)
        policy.document, policy.version = found, presets.content_hash(found)
        policy.epoch, policy.revision, policy.changed_at = epochs.bump(), policy.revision + 1, at
        policy.save(update_fields=["document", "version", "epoch", "revision", "changed_at"])
        detail = {"before": before, "version": policy.version}
        journal.record("guard.policy.changed", actor=actor, obj=policy, detail=detail, at=at)
    return policy


def _checked(name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    name = name.strip()
    if not 1 <= len(name) <= 80:
        raise Invalid(fields={"name": _("Give it a name of at most 80 characters.")})
    found = {"name": name, "stages": dict(document.get("stages", {})), "limits": dict(document.get("limits", {}))}
    if faults := presets.faults(found):
        raise Invalid(fields={"document": " ".join(faults)})
    return found
