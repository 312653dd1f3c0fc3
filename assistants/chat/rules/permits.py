"""Who may set up the chat of an assistant, ask people in, and read what they wrote to its owner. Pure."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import ObjectRole, Permit, Role

SETTLE = Permit(
    "chat.settle",
    _("Set up the chat of an assistant"),
    roles=frozenset({Role.ADMINISTRATOR}),
    object_role=ObjectRole.OWNER,
)
INVITE = Permit(
    "chat.invite",
    _("Invite people into the chat of an assistant"),
    roles=frozenset({Role.ADMINISTRATOR}),
    object_role=ObjectRole.OWNER,
)
READ = Permit(
    "chat.read_notes",
    _("Read what people wrote to the owner of an assistant"),
    object_role=ObjectRole.OWNER,
    by_key=False,
)
COVER = Permit(
    "chat.see_coverage",
    _("See how many people were told that they talk to an AI"),
    roles=frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.PRIVACY_OFFICER}),
)
PERMITS = (SETTLE, INVITE, READ, COVER)
