"""What the sign-in slice registers."""

from django.utils.translation import gettext_lazy as _

from accounts.access import middleware as doors
from accounts.access import services as access
from accounts.approvals.rules import kinds
from accounts.grants.queries import why
from accounts.signin import queries
from accounts.signin.middleware import carrying
from accounts.signin.rules import CHANGE, CHANGE_FACTOR_POLICY, END_SESSIONS, SESSION_MOST, SET_LIMITS, whole
from accounts.signin.services import demo as story
from accounts.signin.services import limits, links, notices, policies, resets, sessions
from accounts.signin.views import enrolment, tasks
from panel.journal import events
from panel.kernel.registries import demo, privacy, settings, setup
from panel.kernel.registries.privacy import NotPersonal, Personal
from panel.outbound.mail import letters
from panel.ui import cards, menu
from panel.ui.menu import Item
from panel.ui.web import errors

_WORD = NotPersonal("a fixed word of the program")
_HASH = NotPersonal("a keyed hash", secret=True)

privacy.declare("signin.TotpDevice", {"name": _WORD, "sealed_seed": NotPersonal("a random seed, sealed", secret=True)})
privacy.declare(
    "signin.Passkey",
    {
        "sealed": Personal("user", "credential", "to sign in; holds the name that its owner gave it", export="omit"),
        "transports": NotPersonal("how an authenticator is reached: USB, NFC, this machine"),
        "credential_id_sha256": _HASH,
    },
)
privacy.declare("signin.Challenge", {"digest": NotPersonal("the hash of a random challenge", secret=True)})
privacy.declare("signin.RecoveryDevice", {"name": _WORD})
privacy.declare("signin.RecoveryCode", {"digest": _HASH})
privacy.declare("signin.Failures", {"subject": _HASH})
privacy.declare("signin.Link", {"digest": NotPersonal("the hash of a random link", secret=True), "stage": _WORD})

privacy.declare(
    "signin.Session",
    {
        "device": Personal("user", "trace", "to recognise one's own sessions", retention="90 days without use"),
        "place": Personal("user", "trace", "to recognise one's own sessions", retention="90 days without use"),
        "browser": _HASH,
        "factors": _WORD,
    },
)
privacy.declare(
    "signin.Kept",
    {
        "sealed": Personal(
            "user",
            "account",
            "to carry on what was sent when a session ended",
            export="omit",
            erase="period",
            retention="15 minutes",
        )
    },
)

events.register("signin.session.opened", _("Signed in"))
events.register("signin.session.refused", _("Sign-in refused"))
events.register("signin.session.ended", _("Signed out"))
events.register("signin.factor.added", _("Second factor added"))
events.register("signin.factor.removed", _("Second factor removed"))
events.register("signin.factor.renamed", _("Passkey renamed"))
events.register("signin.passkey.rolled_back", _("Passkey refused: its counter went back"))
events.register("signin.policy.changed", _("Rule for second factors changed"))
events.register("signin.session.cut", _("Session ended from elsewhere"))
events.register("signin.limits.changed", _("How long sessions last was changed"))
events.register("signin.factor.proved", _("Second factor proved again"))
events.register("signin.codes.made", _("Recovery codes made"))
events.register("signin.code.used", _("Recovery code used"))
events.register("signin.password.changed", _("Password changed"))
events.register("signin.link.made", _("One-time link made"))
events.register("signin.administrator.recovered", _("Administrator recovered on the console"))
events.register("signin.link.used", _("One-time link used"))
events.register("signin.factors.reset", _("Second factor reset by two administrators"))
kinds.register(resets.KIND)

doors.register_keeper(carrying.keep)
errors.register(errors.FormExpired.code, carrying.form_expired)
_LETTERS = {
    "invitation": _("Invitation"),
    "recovery": _("Link to set password and second factor anew"),
    "new_device": _("New device signed in"),
    "factor_added": _("Second factor added"),
    "factor_removed": _("Second factor removed"),
    "passkey_rolled_back": _("Passkey refused that may be a copy"),
    "password_reset": _("Link for a forgotten password"),
    "password_changed": _("Password changed"),
}
for letter in notices.letters(_LETTERS):
    letters.register(letter)

access.register_ending(sessions.end_all)
why.register_condition(queries.second_factor)
access.register_ending(links.end_links)
for step in enrolment.SETUP:
    setup.register(step)

cards.register(cards.Source("signin", tasks=tasks.tasks))
access.register_permits(CHANGE, CHANGE_FACTOR_POLICY, END_SESSIONS, SET_LIMITS)
settings.register(
    settings.Spec(queries.FACTOR_POLICY, _("Roles that need a passkey, from which day"), {}, policies.read_policy)
)
menu.register(
    Item("admin", _("Second factors"), "signin:factor_policy", "fingerprint-pattern", CHANGE_FACTOR_POLICY, order=20)
)
_MOST_HOURS = int(SESSION_MOST.total_seconds() // 3600)
for name, variable, title, default, most in (
    (limits.IDLE, "PANEL_SESSIONS_IDLE_MINUTES", _("Minutes until an idle session ends"), 120, 1440),
    (limits.WHOLE, "PANEL_SESSIONS_HOURS", _("Hours until any session ends"), 24, _MOST_HOURS),
    (limits.IDLE_PRIVILEGED, "PANEL_SESSIONS_PRIVILEGED_IDLE_MINUTES", _("Idle minutes of privileged roles"), 30, 120),
    (limits.WHOLE_PRIVILEGED, "PANEL_SESSIONS_PRIVILEGED_HOURS", _("Hours of privileged roles"), 12, 24),
):
    settings.register(settings.Spec(name, title, default, whole(1, most), variable=variable))
menu.register(Item("admin", _("Sessions"), "signin:limits", "clock", SET_LIMITS, order=30))
menu.register(Item("account", _("Your profile"), "signin:profile", "user", order=5))
menu.register(Item("account", _("Your security"), "signin:security", "shield", order=10))
menu.register(Item("account", _("Sign out"), "signin:sign_out", "log-out", order=90, method="post"))
demo.register(10, story.build)
