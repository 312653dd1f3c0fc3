"""Writing purposes: why data is processed, and the words that people choose by."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.consent.models import Purpose, PurposeVersion
from compliance.consent.rules import permits
from compliance.consent.rules.purposes import (
    AGES,
    EXPLANATION_LIMIT,
    LABEL_LIMIT,
    LONGEST_DAYS,
    Basis,
    Use,
    Words,
    cleaned,
    words_digest,
)
from compliance.consent.rules.states import State
from compliance.policies.models import Policy
from compliance.policies.rules import content
from compliance.policies.rules.kinds import LANGUAGES
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Invalid


class SlugTaken(Conflict):
    code = "slug_taken"


class Changed(Conflict):
    code = "changed"


class NothingNew(Conflict):
    code = "purpose_nothing_new"


def create(
    *,
    actor: Actor,
    slug: str,
    basis: str,
    use: str,
    texts: Mapping[str, Words],
    at: datetime,
    age: int = 0,
    expires_days: int | None = None,
    notice: Policy | None = None,
) -> Purpose:
    """A purpose with version 1 of its words. Raises Forbidden, Invalid, SlugTaken."""
    access.require(actor, permits.WRITE)
    if not content.SLUG.fullmatch(slug):
        raise Invalid(fields={"slug": _("Lower-case letters, digits and hyphens, at most 63.")})
    if basis not in set(Basis) or use not in set(Use):
        raise Invalid(fields={"basis" if basis not in set(Basis) else "use": _("Choose one of these.")})
    found = checked(texts)
    try:
        with transaction.atomic():
            purpose = Purpose.objects.create(
                id=ids.new_id(at), slug=slug, basis=Basis(basis), use=Use(use), age=_age(age),
                expires_days=_days(expires_days), notice=notice, notice_required=_needed(notice, at),
                epoch=epochs.bump(), created_at=at, changed_at=at,
            )  # fmt: skip
            _add(purpose, actor, found, at, number=1, material=True)
            detail = {"slug": slug, "basis": basis, "use": use}
            journal.record("consent.purpose.created", actor=actor, obj=purpose, detail=detail, at=at)
    except IntegrityError as error:
        if "slug" not in str(error):
            raise
        raise SlugTaken(_("There is a purpose with this name already.")) from error
    return purpose


def rewrite(
    *, actor: Actor, purpose: Purpose, texts: Mapping[str, Words], material: bool, revision: int, at: datetime
) -> PurposeVersion:
    """New words. Material: consents under older words are stale from now on. Raises Forbidden, Invalid, Changed, NothingNew."""
    access.require(actor, permits.WRITE)
    found = checked(texts)
    with transaction.atomic():
        purpose = _locked(purpose, revision)
        last = purpose.versions.order_by("-number").first()
        if last is not None and last.texts == {one: words.stored for one, words in found.items()}:
            raise NothingNew(_("These are the words of version %(n)s.") % {"n": last.number})
        number = (last.number if last else 0) + 1
        if material:
            purpose.required = number
        _touch(purpose, at)
        made = _add(purpose, actor, found, at, number=number, material=material)
        detail = {"number": number, "material": material, "digests": made.digests}
        journal.record("consent.purpose.rewritten", actor=actor, obj=purpose, detail=detail, at=at)
        if material:
            _tell_stale(actor, purpose, at)
    return made


def settle(
    *,
    actor: Actor,
    purpose: Purpose,
    age: int,
    expires_days: int | None,
    notice: Policy | None,
    revision: int,
    at: datetime,
) -> Purpose:
    """Change the age gate, how long a consent lasts, and the notice. Ground and use never change: make another purpose.
    Raises Forbidden, Invalid, Changed."""
    access.require(actor, permits.WRITE)
    with transaction.atomic():
        purpose = _locked(purpose, revision)
        purpose.age, purpose.expires_days, purpose.notice = _age(age), _days(expires_days), notice
        before, purpose.notice_required = purpose.notice_required, _needed(notice, at)
        _touch(purpose, at)
        if purpose.notice_required > before:
            _tell_stale(actor, purpose, at)
        detail = {"age": purpose.age, "expires_days": purpose.expires_days, "notice": str(notice.id) if notice else ""}
        journal.record("consent.purpose.settled", actor=actor, obj=purpose, detail=detail, at=at)
    return purpose


@transaction.atomic
def retire(*, actor: Actor, purpose: Purpose, at: datetime) -> Purpose:
    """Process for it no more; what is bound to it is refused. Its records stay. Again does nothing."""
    access.require(actor, permits.WRITE)
    purpose = _locked(purpose, None)
    if purpose.retired_at is None:
        purpose.retired_at = at
        _touch(purpose, at)
        journal.record("consent.purpose.retired", actor=actor, obj=purpose, at=at)
    return purpose


@transaction.atomic
def follow_notices(at: datetime) -> int:
    """Raise `notice_required` where a material version of a notice took effect; how many purposes changed. For the
    schedule: a version may take effect on a day when nobody does anything."""
    changed = 0
    for purpose in Purpose.objects.active().filter(notice__isnull=False).select_related("notice"):
        needed = _needed(purpose.notice, at)
        if needed > purpose.notice_required:
            row = _locked(purpose, None)
            row.notice_required = needed
            _touch(row, at)
            journal.record(
                "consent.purpose.overtaken", actor=Actor("system"), obj=row, detail={"notice": needed}, at=at
            )
            _tell_stale(Actor("system"), row, at)
            changed += 1
    return changed


def _tell_stale(actor: Actor, purpose: Purpose, at: datetime) -> None:
    """For applications that listen: ask again whoever agreed before."""
    old = Q(version__lt=purpose.required) | Q(notice__lt=purpose.notice_required)
    count = purpose.standings.filter(old, state=State.GIVEN).count()
    if count:
        journal.record("consent.choice.stale", actor=actor, obj=purpose, detail={"count": count}, at=at)


def checked(texts: Mapping[str, Words]) -> dict[str, Words]:
    """Cleaned, at least one language. Raises Invalid."""
    found = {one: words for one, given in sorted(texts.items()) if (words := cleaned(given)).label or words.explanation}
    if not found:
        raise Invalid(fields={"label": _("Write the line beside the switch in at least one language.")})
    for language, words in found.items():
        if language not in LANGUAGES:
            raise Invalid(
                fields={"language": _("“%(code)s” is no language that the panel knows.") % {"code": language}}
            )
        if not 1 <= len(words.label) <= LABEL_LIMIT:
            raise Invalid(fields={"label": _("From 1 to %(n)s characters.") % {"n": LABEL_LIMIT}})
        if not 1 <= len(words.explanation) <= EXPLANATION_LIMIT:
            raise Invalid(fields={"explanation": _("From 1 to %(n)s characters.") % {"n": EXPLANATION_LIMIT}})
    return found


def _add(
    purpose: Purpose, actor: Actor, texts: Mapping[str, Words], at: datetime, *, number: int, material: bool
) -> PurposeVersion:
    return PurposeVersion.objects.create(
        id=ids.new_id(at), purpose=purpose, number=number, material=material,
        texts={one: words.stored for one, words in texts.items()},
        digests={one: words_digest(purpose.slug, one, words) for one, words in texts.items()},
        by_kind=actor.kind, by_id=actor.id, at=at,
    )  # fmt: skip


def _needed(notice: Policy | None, at: datetime) -> int:
    """The newest material version of the notice in force."""
    if notice is None:
        return 0
    rows = notice.versions.effective(at).filter(material=True).order_by("-number")
    return rows.values_list("number", flat=True).first() or 0


def _age(age: int) -> int:
    if age not in AGES:
        raise Invalid(fields={"age": _("Choose one of these.")})
    return age


def _days(days: int | None) -> int | None:
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Invalid(fields={"expires_days": _("From 1 to %(n)s days, or empty.") % {"n": LONGEST_DAYS}})
    return days


def _locked(purpose: Purpose, revision: int | None) -> Purpose:
    found = Purpose.objects.select_for_update(of=("self",)).get(id=purpose.id)
    if revision is not None and found.revision != revision:
        raise Changed(_("Somebody changed this purpose in the meantime. Look at it again."))
    return found


def _touch(purpose: Purpose, at: datetime) -> None:
    purpose.epoch, purpose.revision, purpose.changed_at = epochs.bump(), purpose.revision + 1, at
    purpose.save()
