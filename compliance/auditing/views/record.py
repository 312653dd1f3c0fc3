"""The record of processing (GDPR Art. 30(1)), put together from what the slices say of themselves and what the panel saw.

Parts are named after the letters of the article. Nothing here is typed by hand but the controller and the contacts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.auditing import rules
from panel.kernel import installation
from panel.kernel.registries import privacy, processing, settings
from panel.kernel.registries.privacy import Personal
from panel.kernel.registries.processing import Recipient


@dataclass(frozen=True)
class Part:
    """One letter of the article as a table."""

    title: str
    text: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float] = ()


@dataclass(frozen=True)
class Record:
    """`missing` are sentences about what nobody has said yet."""

    controller: str
    parts: list[Part]
    missing: list[str]
    recipients: list[Recipient]


def made(at: datetime) -> Record:
    told = settings.values(rules.CONTROLLER)
    recipients = processing.recipients(at)
    parts = [_controller(told), _activities(at), _categories(), _recipients(recipients), _limits(), _measures()]
    return Record(told[rules.NAME] or installation.organisation(), parts, _missing(told, recipients), recipients)


def _controller(told: dict[str, Any]) -> Part:
    rows = [
        [_("Controller"), told[rules.NAME] or installation.organisation()],
        [_("Address"), told[rules.ADDRESS] or "–"],
        [_("Contact"), told[rules.CONTACT] or "–"],
        [_("Data protection officer"), told[rules.OFFICER] or "–"],
    ]
    return Part(_("(a) Who is responsible"), "", [_("Role"), _("Who")], rows, [1, 3])


def _activities(at: datetime) -> Part:
    rows = [[one.name, one.basis, one.state] for one in processing.activities(at)]
    return Part(_("(b) Why data is processed"), "", [_("Purpose"), _("Legal basis"), _("Now")], rows, [2, 2, 1])


def _categories() -> Part:
    found: dict[str, list[Personal]] = {}
    for said in [*privacy.declarations().values(), *privacy.stores().values()]:
        if isinstance(said, Personal):
            found.setdefault(said.category, []).append(said)
    rows = [
        [
            str(rules.CATEGORIES.get(name, name)),
            "; ".join(sorted({one.purpose for one in declared})),
            str(len(declared)),
        ]
        for name, declared in sorted(found.items())
    ]
    text = _(
        "Data subjects: people who talk to an assistant, people who work with the panel, contacts at providers. "
        "Each category is counted in fields and stores; the data map lists them."
    )
    return Part(_("(c) Whose data, and which"), text, [_("Category"), _("What for"), _("Places")], rows, [1.2, 4, 0.6])


def _recipients(found: list[Recipient]) -> Part:
    rows = [
        [
            one.name,
            " ".join(filter(None, [one.entity, one.note])) or "–",
            one.country or "–",
            date_format(one.seen, "Y-m-d") if one.seen else _("no data yet"),
        ]
        for one in found
    ]
    outside = sorted({one.name for one in found if one.third_country})
    text = _("(e) Transfers outside the European Economic Area: %(names)s.") % {
        "names": ", ".join(outside) or _("none declared")
    }
    head = [_("Recipient"), _("Legal entity, and what it says about keeping"), _("Country"), _("Last sent")]
    return Part(_("(d) Who receives it"), text, head, rows, [1.4, 3, 0.7, 1])


def _limits() -> Part:
    found: dict[str, set[str]] = {}
    for said in [*privacy.declarations().values(), *privacy.stores().values()]:
        if isinstance(said, Personal):
            found.setdefault(said.retention, set()).add(str(rules.CATEGORIES.get(said.category, said.category)))
    rows = [[str(rules.ENDS.get(name, name)), ", ".join(sorted(words))] for name, words in sorted(found.items())]
    return Part(_("(f) When it ends"), "", [_("Rule"), _("Categories")], rows, [2, 2])


def _measures() -> Part:
    rows = [[str(number), sentence] for number, sentence in enumerate(processing.measures(), 1)]
    return Part(_("(g) How it is protected"), "", ["#", _("Measure")], rows, [0.2, 4])


def _missing(told: dict[str, Any], recipients: list[Recipient]) -> list[str]:
    found = []
    if not (told[rules.ADDRESS] and told[rules.CONTACT]):
        found.append(_("Nobody has named the controller's address and contact."))
    found += [
        _("Data went to %(name)s, and its legal entity or country is not declared.") % {"name": one.name}
        for one in recipients
        if one.undeclared
    ]
    return found
