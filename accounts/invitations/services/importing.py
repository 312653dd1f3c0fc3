"""A file of people: read it, say what is wrong row by row, and ask all of them in or nobody."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as rights
from accounts.access.rules import MANAGE_PEOPLE, ROLE_NAMES, Role
from accounts.invitations.rules import FILE_BYTES, FORMULA, ROWS, USUAL_DAYS, Line
from accounts.invitations.services import inviting
from accounts.people import queries as people
from accounts.people.models import EMAIL_INDEX, Team, User
from accounts.roles import queries as roles
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.crypto import blind
from panel.kernel.errors import Invalid

COLUMNS = ("name", "email", "role", "team")


@dataclass(frozen=True)
class Row:
    """A line with what it means. `wrong` is empty when it can be taken."""

    line: Line
    role: str
    role_word: str
    team: Team | None
    wrong: list[str]


def read(content: bytes) -> list[Line]:
    """Lines of a UTF-8 file whose first line names its columns: name, email and, if wanted, role and team.

    Raises Invalid with what is wrong with the file as a whole.
    """
    if len(content) > FILE_BYTES:
        raise Invalid(fields={"file": _("The file is larger than 1 MB.")})
    try:
        text = content.decode("utf-8-sig")
        first = text.splitlines()[0] if text.strip() else ""
        mark = max(",;\t", key=first.count)
        rows = list(csv.reader(io.StringIO(text), delimiter=mark, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Invalid(fields={"file": _("This is no CSV file in UTF-8.")}) from None
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    if not {"name", "email"} <= set(head) or len(set(head)) != len(head) or set(head) - set(COLUMNS):
        names = ", ".join(COLUMNS)
        raise Invalid(fields={"file": _("The first line names the columns: %(names)s.") % {"names": names}})
    found = [_line(number, head, row) for number, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    if not 1 <= len(found) <= ROWS:
        raise Invalid(fields={"file": _("A file holds between 1 and %(n)s people.") % {"n": ROWS}})
    return found


def _line(number: int, head: list[str], row: list[str]) -> Line:
    cells = dict(zip(head, (" ".join(cell.split()) if cell[:1] not in "\t\r" else cell for cell in row), strict=False))
    whole = cells if len(row) <= len(head) else {}
    return Line(number, *(whole.get(name, "") for name in COLUMNS))


def examine(lines: list[Line]) -> list[Row]:
    """What each line means and what is wrong with it: at most four questions, however many lines."""
    known = {one.name.casefold(): (str(one.id), one.name) for one in roles.all_roles()}
    known |= {role.value: (role.value, str(ROLE_NAMES[role])) for role in Role}
    known |= {str(ROLE_NAMES[role]).casefold(): (role.value, str(ROLE_NAMES[role])) for role in Role}
    teams = {team.name.casefold(): team for team in people.teams()}
    twice = {email for email, n in Counter(one.email.casefold() for one in lines).items() if n > 1}
    named = [one for one in lines if one.email]
    found_by = blind.indexes(EMAIL_INDEX, (one.email for one in named))
    indexes = {one.number: index for one, index in zip(named, found_by, strict=True)}
    taken = {
        bytes(one)
        for one in User.objects.filter(email_index__in=indexes.values()).values_list("email_index", flat=True)
        if one is not None
    }
    found = []
    for one in lines:
        role, word = known.get((one.role or Role.MEMBER.value).casefold(), ("", one.role))
        wrong = _wrong(one, twice, has_account=indexes.get(one.number) in taken)
        if not role:
            wrong.append(_("There is no role “%(name)s”.") % {"name": one.role})
        if one.team and one.team.casefold() not in teams:
            wrong.append(_("There is no team “%(name)s”.") % {"name": one.team})
        found.append(Row(one, role, word, teams.get(one.team.casefold()), wrong))
    return found


def _wrong(one: Line, twice: set[str], *, has_account: bool) -> list[str]:
    found = []
    if not one.name:
        found.append(_("The name is missing."))
    if len(one.name) > 120:
        found.append(_("The name has more than 120 characters."))
    if any(cell.startswith(FORMULA) for cell in (one.name, one.email, one.team)):
        found.append(_("A value begins like a formula of a spreadsheet."))
    try:
        validate_email(one.email)
    except ValidationError:
        found.append(_("This is no e-mail address.") if one.email else _("The e-mail address is missing."))
    if one.email.casefold() in twice and one.email:
        found.append(_("This address stands in the file twice."))
    if has_account:
        found.append(_("Somebody has an account with this address already."))
    return found


@transaction.atomic
def take(*, actor: Actor, lines: list[Line], reason: str, at: datetime, days: int = USUAL_DAYS) -> int:
    """Ask in everybody of a file, or nobody. Raises Forbidden, AboveOwnRights, Invalid when any row cannot be taken."""
    rights.require(actor, MANAGE_PEOPLE)
    rows = examine(lines)
    wrong = [row for row in rows if row.wrong]
    if wrong:
        raise Invalid(_("Line %(n)s: %(what)s") % {"n": wrong[0].line.number, "what": " ".join(wrong[0].wrong)})
    for row in rows:
        wanted = inviting.Wanted(row.line.name, row.line.email, row.role, row.team, reason, days)
        inviting.invite(actor=actor, wanted=wanted, at=at)
    journal.record("people.import.done", actor=actor, detail={"people": len(rows)}, at=at)
    return len(rows)
