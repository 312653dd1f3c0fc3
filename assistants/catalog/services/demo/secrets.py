"""What stands before the first assistant: secrets in every state, and a guard policy of the organisation's own."""

import copy
import secrets
from datetime import timedelta

from assistants.catalog.services.demo import texts
from assistants.guard import services as guard
from assistants.guard.rules import presets
from assistants.vault import services as vault
from panel.kernel import clock
from panel.kernel.registries import demo


def build(world: demo.World) -> None:
    ada = world.actor("Ada Okafor")
    for name, kind, days, ends, fate in texts.SECRETS:
        with demo.past(world.ago(days)):
            end = timedelta(days=days + ends) if ends is not None else None
            expires_at = clock.now() + end if end else None
            secret = vault.create(
                actor=ada, name=name, kind=kind, value=_value(), at=clock.now(), expires_at=expires_at
            )
        with demo.past(world.ago(days / 2)):
            if fate == "rotated":
                vault.rotate(actor=ada, secret=secret, value=_value(), at=clock.now(), expires_at=expires_at)
            elif fate == "disabled":
                vault.disable(actor=ada, secret=secret, at=clock.now())
            elif fate == "destroyed":
                vault.destroy(actor=ada, secret=secret, at=clock.now())
    with demo.past(world.ago(31)):
        document = copy.deepcopy(presets.STRICT)
        document["stages"]["pii"]["mode"] = "block"
        document["limits"]["messages"] = 120
        guard.create(actor=ada, name=texts.POLICY, document=document, at=clock.now())


def _value() -> str:
    return secrets.token_urlsafe(24)
