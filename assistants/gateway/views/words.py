"""What the pages call stages, refusals and findings."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assistants.conversations.models import Call
from assistants.guard.rules import words as guard
from assistants.guard.rules.words import STAGE_NAMES as STAGES

__all__ = ["BLOCKED", "ERRORS", "FOUND", "SOURCES", "STAGES", "deciding", "found", "meant", "title"]

BLOCKED: dict[str, Promise] = {
    "size": gettext_lazy("Blocked: larger than the policy allows"),
    "unicode": gettext_lazy("Blocked: hidden characters"),
    "secrets": gettext_lazy("Blocked: a secret in the request"),
    "injection": gettext_lazy("Blocked: it looks like prompt injection"),
    "pii": gettext_lazy("Blocked: personal data in the request"),
    "output_secrets": gettext_lazy("Blocked: a secret in the answer"),
    "output_pii": gettext_lazy("Blocked: personal data in the answer"),
    "output_leak": gettext_lazy("Blocked: the answer would have told the system prompt"),
    "output_links": gettext_lazy("Blocked: a link would have carried data out"),
}
ERRORS: dict[str, Promise] = {
    "invalid_api_key": gettext_lazy("Refused: no usable key"),
    "missing_api_key": gettext_lazy("Refused: no key"),
    "api_key_in_url": gettext_lazy("Refused: the key stood in the URL"),
    "insufficient_scope": gettext_lazy("Refused: the key may not do this"),
    "model_not_found": gettext_lazy("Refused: no such assistant for this key"),
    "assistant_paused": gettext_lazy("Refused: the assistant is paused"),
    "assistant_unavailable": gettext_lazy("Refused: the assistant's set-up is not complete"),
    "client_closed": gettext_lazy("Ended: the client left"),
    "client_too_slow": gettext_lazy("Ended: the client took nothing"),
    "provider_unreachable": gettext_lazy("Failed: the provider cannot be reached"),
    "provider_timeout": gettext_lazy("Failed: the provider did not answer in time"),
    "provider_cut": gettext_lazy("Failed: the provider broke off"),
    "provider_invalid": gettext_lazy("Failed: the provider's answer cannot be read"),
    "provider_refused": gettext_lazy("Failed: the provider refused the panel's key or set-up"),
    "provider_rejected": gettext_lazy("Failed: the provider rejected the request"),
    "provider_rate_limited": gettext_lazy("Failed: the provider limits its rate"),
    "provider_failed": gettext_lazy("Failed: the provider failed"),
    "gateway_stopped": gettext_lazy("Ended: the panel was stopped"),
    "internal_error": gettext_lazy("Failed: a fault of the panel"),
}
FOUND: dict[str, Promise] = {
    "EMAIL": gettext_lazy("e-mail address"),
    "PHONE": gettext_lazy("phone number"),
    "CARD": gettext_lazy("card number"),
    "IBAN": gettext_lazy("bank account"),
    "SSN": gettext_lazy("social security number"),
    "IP": gettext_lazy("IP address"),
    "SECRET": gettext_lazy("secret"),
}
SOURCES: dict[str, Promise] = {
    "api": gettext_lazy("API"),
    "playground": gettext_lazy("Playground"),
    "chat": gettext_lazy("Chat"),
}


def found(stage: str, rule: str, label: str) -> str:
    """A finding in plain words, "" where the name of its stage says it all."""
    told = guard.sign(rule) if stage == "injection" else str(FOUND.get(label, ""))
    return told[:1].upper() + told[1:]


def meant(call: Call) -> str:
    """What the verdict meant for the words: what went on and what did not."""
    if call.action == "block":
        outward = deciding(call).startswith("output")
        return _("The rest of the answer was not released.") if outward else _("Nothing of it reached the provider.")
    if call.action == "redact":
        return _("What was masked did not pass; the rest went on.")
    return _("It was noted; nothing was changed.") if call.action == "observe" else ""


def deciding(call: Call) -> str:
    """The stage that stopped the call, "" when none did."""
    return next((verdict[0] for verdict in call.verdicts if verdict[2] == "block"), "")


def title(call: Call) -> str:
    """The verdict as a sentence."""
    if call.count > 1:
        return _("%(what)s, %(n)s times") % {"what": _once(call), "n": call.count}
    return _once(call)


def _once(call: Call) -> str:
    count = len(call.verdicts) + call.verdicts_left_out
    stage = deciding(call)
    if stage:
        return str(BLOCKED.get(stage, _("Blocked")))
    if call.error:
        return str(ERRORS.get(call.error, _("Refused: the request cannot be used")))
    if call.action == "redact":
        labels = {verdict[7] for verdict in call.verdicts if verdict[2] == "redact"}
        if labels <= FOUND.keys():
            return _("Redacted: %(what)s") % {"what": ", ".join(sorted(str(FOUND[label]) for label in labels))}
        return ngettext("Redacted: %(n)s finding", "Redacted: %(n)s findings", count) % {"n": count}
    if call.action == "observe":
        return ngettext("Answered, %(n)s finding observed", "Answered, %(n)s findings observed", count) % {"n": count}
    return _("Answered")
