"""What calls may be bound by, and how much of a call is kept. Pure."""

from django.utils.translation import gettext_lazy as _

ROUTES = {
    "": _("Every route"),
    "api": _("Applications, by /v1"),
    "playground": _("The playground"),
    "chat": _("The chat pages"),
}
"""Routes are the sources of calls (conversations.rules.SOURCES); the panel knows them, a client cannot choose one."""

NOTHING, STATISTICS, PSEUDONYMISED, FULL = "nothing", "statistics", "pseudonymised", "full"
KEEPS = {
    NOTHING: _("Nothing of the person"),
    STATISTICS: _("Statistics"),
    PSEUDONYMISED: _("Words without names"),
    FULL: _("Every word"),
}
EXPLAINED = {
    NOTHING: _("Calls are counted. Nothing says who called or what was found in it."),
    STATISTICS: _("Times, sizes and what the guards found, under a pseudonym. No words."),
    PSEUDONYMISED: _("What is said, sealed, with addresses, numbers and secrets replaced by placeholders."),
    FULL: _("What is said, sealed under a key of each person and this assistant."),
}
WITH_WORDS = frozenset({PSEUDONYMISED, FULL})
