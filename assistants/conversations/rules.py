"""What a call's record may say, and who may read it."""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import ObjectRole, Permit, Role

SEE_TRACES = Permit(
    "conversations.see_traces",
    _("See the traces of calls: verdicts, timing, sizes, no content"),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.PRIVACY_OFFICER, Role.OPERATOR}),
    ObjectRole.VIEWER,
)
REVEAL = Permit(
    "conversations.reveal",
    _("Reveal what was said in a call, with a reason"),
    frozenset({Role.PRIVACY_OFFICER}),
    ObjectRole.EDITOR,
    fresh=True,
    by_key=False,
)
PERMITS = (SEE_TRACES, REVEAL)
REVEALED_FOR: Final = timedelta(minutes=15)
REASON_LEAST: Final = 10
REASON_MOST: Final = 300

ACTIONS: Final = ("allow", "observe", "redact", "block")
SOURCES: Final = ("api", "playground", "chat")
DEFAULT_CLASS: Final = "standard"
REQUEST_PREFIX: Final = "req_"
SEALED_IN: Final = ("conversations_callcontent", "sealed")
"""Table and column of the envelopes that hold content."""
