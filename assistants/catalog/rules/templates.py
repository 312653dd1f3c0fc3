"""Assistants to begin with."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Template:
    """`slug` is the model name that clients call."""

    slug: str
    name: Any
    prompt: Any


TEMPLATES = {
    one.slug: one
    for one in (
        Template(
            "customer-help",
            _("Customer help"),
            _("Answer customers of our shop briefly and kindly. Say so when you do not know."),
        ),
        Template(
            "writing-help",
            _("Writing help"),
            _("Improve the text that you are given: shorter, clearer, same meaning. Answer with the text only."),
        ),
        Template(
            "code-review",
            _("Code review"),
            _("Review the code that you are given. Name faults first, then what could be simpler."),
        ),
    )
}
