"""Who may do what with an assistant. An object role includes the roles below it: viewer < operator < editor < owner."""

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import ObjectRole, Permit, Role

_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_WATCHERS = _ADMINISTRATOR | {Role.AUDITOR, Role.PRIVACY_OFFICER}

ADD = Permit("catalog.add_assistant", _("Make assistants"), roles=_ADMINISTRATOR | {Role.OPERATOR})
VIEW = Permit("catalog.view_assistant", _("See an assistant"), roles=_WATCHERS, object_role=ObjectRole.VIEWER)
PAUSE = Permit(
    "catalog.pause_assistant", _("Stop and resume an assistant"), roles=_ADMINISTRATOR, object_role=ObjectRole.OPERATOR
)
TRY = Permit(
    "catalog.try_assistant",
    _("Try an assistant in the playground"),
    roles=_ADMINISTRATOR,
    object_role=ObjectRole.OPERATOR,
)
EDIT = Permit(
    "catalog.edit_assistant", _("Edit the draft of an assistant"), roles=_ADMINISTRATOR, object_role=ObjectRole.EDITOR
)
PUBLISH = Permit(
    "catalog.publish_version", _("Publish and roll back versions"), roles=_ADMINISTRATOR, object_role=ObjectRole.EDITOR
)
SHARE = Permit(
    "catalog.share_assistant", _("Share an assistant"), roles=_ADMINISTRATOR, object_role=ObjectRole.OWNER, fresh=True
)
ARCHIVE = Permit(
    "catalog.archive_assistant", _("Archive an assistant"), roles=_ADMINISTRATOR, object_role=ObjectRole.OWNER
)
KEEP = Permit(
    "catalog.keep_content",
    _("Keep what is said to an assistant, or stop keeping it"),
    roles=frozenset({Role.PRIVACY_OFFICER}),
    object_role=ObjectRole.OWNER,
)
BIND = Permit(
    "catalog.bind_purpose",
    _("Bind purposes to an assistant, or let them go"),
    roles=frozenset({Role.PRIVACY_OFFICER}),
    object_role=ObjectRole.OWNER,
    fresh=True,
)
PERMITS = (ADD, VIEW, PAUSE, TRY, EDIT, PUBLISH, SHARE, ARCHIVE, KEEP, BIND)
