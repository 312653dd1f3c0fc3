"""What people read for stages and modes."""

from typing import Final

from django.utils.translation import gettext_lazy as _

STAGE_NAMES: Final = {
    "size": _("Size and shape"),
    "unicode": _("Unicode"),
    "secrets": _("Secrets in"),
    "injection": _("Prompt injection"),
    "pii": _("Personal data in"),
    "provider": _("Model"),
    "output_secrets": _("Secrets out"),
    "output_pii": _("Personal data out"),
    "output_leak": _("Prompt leak"),
    "output_links": _("Links out"),
    "restore": _("Own values back"),
}
STAGE_EXPLAINS: Final = {
    "size": _("Refuses what is larger, deeper or longer than the limits below."),
    "unicode": _("Finds invisible, bidirectional and tag characters that hide words from people."),
    "secrets": _("Finds provider keys, tokens, private keys and this installation's own secrets in a message."),
    "injection": _("Scores how much a message looks like an order to the model to drop its instructions."),
    "pii": _("Finds e-mail addresses, phone numbers, cards, bank accounts and more. Redacted values become EMAIL_1 for the "
             "provider and come back in the answer."),
    "output_secrets": _("Finds keys and tokens in the answer, in streams too."),
    "output_pii": _("Finds personal data that the person did not write and the prompt does not publish."),
    "output_leak": _("Finds the words of the system prompt in the answer."),
    "output_links": _("Finds links and images that would carry data to another host."),
}  # fmt: skip
MODE_NAMES: Final = {
    "off": _("Off"),
    "observe": _("Observe"),
    "redact": _("Redact"),
    "block": _("Block"),
}
LIMIT_NAMES: Final = {
    "body_bytes": _("Bytes of a request"),
    "text_chars": _("Characters of all texts"),
    "messages": _("Messages"),
    "depth": _("Levels of nesting"),
    "items": _("Members of one list or object"),
}
EXPLAINED: Final = tuple(STAGE_EXPLAINS)
"""The stages that have a mode, in pipeline order."""
# What an injection rule means, by the first word of its name; the rules speak many languages.
SIGNS: Final = {
    "override": _("asks to ignore its rules"),
    "forget": _("asks to forget what it was told"),
    "reveal": _("asks for the system prompt"),
    "repeat": _("asks to repeat what stands above"),
    "mode": _("asks for a mode without rules"),
    "no": _("asks to act without limits"),
    "bad": _("asks to play somebody without rules"),
    "disarm": _("asks to switch its safeguards off"),
    "obey": _("asks to obey the writer only"),
    "rogue": _("asks to act outside its rules"),
    "pwned": _("asks to say that it was taken over"),
    "role": _("forges a role of the conversation"),
    "new": _("gives new orders"),
    "carry": _("asks to carry data out"),
    "hide": _("asks to hide something from people"),
}


def sign(rule: str) -> str:
    """What an injection rule saw, in plain words; "" for one without."""
    return str(SIGNS.get(rule.rsplit(".", 1)[-1].split("_", maxsplit=1)[0], ""))
