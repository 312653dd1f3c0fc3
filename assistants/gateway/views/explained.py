"""The playground's words for what a guard did; the page fills {places} in. What happened, score, what was protected."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistants.guard.rules.words import SIGNS

__all__ = ["KINDS", "ROWS", "SIGNS", "TOLD", "WORDS"]

Text = str | Promise

# Rows of the trace beside the chat: the filters of the answer share one.
ROWS: list[tuple[str, Text, tuple[str, ...]]] = [
    ("size", _("Size and shape"), ("size",)),
    ("unicode", _("Unicode"), ("unicode",)),
    ("secrets", _("Secrets"), ("secrets",)),
    ("injection", _("Prompt injection"), ("injection",)),
    ("pii", _("Personal data"), ("pii",)),
    ("provider", _("Model"), ("provider",)),
    (
        "answer",
        _("Answer filters"),
        ("output_secrets", "output_pii", "output_leak", "output_links", "restore"),
    ),
]
# (stage, action): what happened, and what it means.
TOLD: dict[str, dict[str, tuple[Text, Text]]] = {
    "size": {"block": (_("Larger than the guard policy allows"), _("Nothing of it was looked at or sent."))},
    "unicode": {
        "block": (_("Hidden characters"), _("They can carry words that a person does not see. Nothing was sent.")),
        "redact": (_("Hidden characters were taken out"), _("The rest of the message went on.")),
        "observe": (_("Hidden characters were seen"), _("Nothing was changed: this stage only observes.")),
    },
    "secrets": {
        "block": (_("A secret in the message"), _("Nothing was sent. Keep secrets in the vault.")),
        "redact": (_("{value} became {name}"), _("The provider never saw the secret. It does not come back.")),
        "observe": (_("A secret was seen"), _("Nothing was changed: this stage only observes.")),
    },
    "injection": {
        "block": (_("Looks like prompt injection: {score}, limit {limit}"), _("It was not sent to the provider.")),
        "observe": (_("A sign of prompt injection: {score}, limit {limit}"), _("Below the limit: it went on.")),
    },
    "pii": {
        "block": (_("Personal data in the message: {kind}"), _("Nothing was sent.")),
        "redact": (_("{value} became {name}"), _("The provider never saw it. The answer gets it back.")),
        "observe": (_("Personal data was seen: {kind}"), _("Nothing was changed: this stage only observes.")),
    },
    "output_secrets": {
        "block": (_("A secret in the answer"), _("The answer was stopped before it.")),
        "redact": (_("A secret in the answer was masked"), _("You never saw it.")),
        "observe": (_("A secret in the answer was seen"), _("This stage only observes.")),
    },
    "output_pii": {
        "block": (_("Personal data in the answer: {kind}"), _("The answer was stopped before it.")),
        "redact": (_("Personal data in the answer was masked: {kind}"), _("It was not yours, so you did not get it.")),
        "observe": (_("Personal data in the answer was seen: {kind}"), _("This stage only observes.")),
    },
    "output_leak": {
        "block": (_("The answer began to tell the system prompt"), _("It was stopped there.")),
        "observe": (_("The answer tells the system prompt"), _("This stage only observes.")),
    },
    "output_links": {
        "block": (_("A link would have carried data out"), _("The answer was stopped before it.")),
        "redact": (_("A link or image was taken out of the answer"), _("It could have carried data out.")),
        "observe": (_("A link that could carry data out was seen"), _("This stage only observes.")),
    },
}
KINDS: dict[str, Text] = {
    "EMAIL": _("e-mail address"),
    "PHONE": _("telephone number"),
    "CARD": _("card number"),
    "IBAN": _("bank account"),
    "SSN": _("social security number"),
    "IP": _("network address"),
    "SECRET": _("secret"),
}
WORDS: dict[str, Text] = {
    "you": _("You"),
    "turn": _("Turn {n}"),
    "sending": _("Sent. The guards are reading."),
    "nothing_sent": _("{ms} ms, nothing sent"),
    "timed": _("{ms} ms, first word {first} ms"),
    "timed_only": _("{ms} ms"),
    "running": _("running"),
    "ms": _("ms"),
    "tokens": _("{n} tokens"),
    "findings_redact": _("{n} redacted"),
    "findings_observe": _("{n} observed"),
    "blocked_before": _("Blocked before the model"),
    "blocked_after": _("The answer was stopped"),
    "not_sent": _("This message was not sent to the provider."),
    "cut": _("The rest of this answer was not released."),
    "earlier": _("From earlier turns again: {n}"),
    "aside": _("Beside the answer"),
    "keep": _("Keep as test"),
    "kept": _("Kept as a test"),
    "retry": _("Try again"),
    "stopped": _("You stopped this answer."),
    "told": _("The provider was told to stop too. What it said until then is above."),
    "failed": _("Nothing came back"),
    "offline": _("The panel cannot be reached. Your message is still here; try again."),
    "signed_out": _("Your session has ended. Sign in again; your message is kept in this window."),
    "sign_in": _("Sign in"),
    "done": _("The answer is complete."),
    "trace": _("Open trace"),
    "copied": _("Copied"),
    "value_of": _("Value of {name}"),
    "no_variables": _("Write {{name}} in a message to have a value put in before it is sent."),
    "changed": _("changed for this page"),
}
