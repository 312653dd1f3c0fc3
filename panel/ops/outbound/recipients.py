"""Whom a message goes to, for those who may know."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import SEE_PEOPLE
from panel.kernel.actors import Actor
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.registries import objects
from panel.outbound.models import Message


class Recipients:
    """Names of persons, addresses of others; only kinds for those who may not see people."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.open = actor, access.can(actor, SEE_PEOPLE)
        self._names: dict[UUID, str] = {}

    def learn(self, messages: Iterable[Message]) -> None:
        """Read the names of these messages' persons at once."""
        wanted = {one.person for one in messages if one.person and one.person not in self._names}
        if self.open and wanted:
            found = objects.cards(self.actor, "user", wanted)
            self._names |= {person: found[person].title if person in found else _("somebody") for person in wanted}

    def of(self, message: Message) -> str:
        if not self.open:
            return _("A person") if message.person else _("Somebody without an account")
        if message.person:
            self.learn([message])
            return self._names[message.person]
        try:
            return message.address or _("address no longer kept")
        except KeyGone:
            return _("address no longer kept")
