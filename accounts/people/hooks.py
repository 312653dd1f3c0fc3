"""What the people slice says of its data, and how other floors show a person."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.people import queries
from accounts.people.rules import State
from panel.journal import events
from panel.kernel.actors import Actor
from panel.kernel.registries import objects, privacy
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import directory

_WORD = NotPersonal("a fixed word of the program")

privacy.declare(
    "people.User",
    {
        "password": NotPersonal("an argon2id hash", secret=True),
        "sessions_ended": NotPersonal("ids of sessions that were ended"),
        "full_name": Personal("self", "identity", "to show who acts"),
        "email_address": Personal("self", "contact", "to sign in and to be reached"),
        "email_index": Personal("self", "contact", "to find an account by its address", export="omit", erase="blank"),
        "language": Personal("self", "preference", "to speak the person's language", erase="blank"),
        "time_zone": Personal("self", "preference", "to show times in the person's zone", erase="blank"),
    },
)
privacy.declare(
    "people.Service",
    {"name": NotPersonal("the name of a program"), "purpose": NotPersonal("what a program is for")},
)
events.register("people.profile.changed", _("Profile changed"))
privacy.declare("people.Team", {"name": NotPersonal("the name of a team, not of a person")})
privacy.declare("auth.Group", {"name": NotPersonal("the id of a team")})
privacy.declare("auth.Permission", {"name": _WORD, "codename": _WORD})
privacy.declare("contenttypes.ContentType", {"app_label": _WORD, "model": _WORD})
privacy.declare(
    "sessions.Session",
    {
        "session_key": NotPersonal("the key of a session, random", secret=True),
        "session_data": NotPersonal("ids and instants of a session, signed", secret=True),
    },
)
_UNUSED = NotPersonal("stays empty: grants are rows of each slice's own tables")
privacy.declare("guardian.UserObjectPermission", {"object_pk": _UNUSED})
privacy.declare("guardian.GroupObjectPermission", {"object_pk": _UNUSED})


def _cards(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, objects.Card]:  # noqa: ARG001 - everybody sees names
    return {key: objects.Card(title, "") for key, title in queries.names(ids).items()}


objects.register(objects.Resolver("user", "person", _cards, choices=lambda actor: queries.choices()))  # noqa: ARG005


def _recipient(person: UUID) -> directory.Recipient | None:
    """A closed account gets no mail; one that has not joined yet does."""
    found = queries.user(person)
    if found is None or found.state == State.DISABLED or not found.email_address:
        return None
    return directory.Recipient(found.email_address, found.full_name, found.language, found.time_zone)


directory.register(_recipient)
