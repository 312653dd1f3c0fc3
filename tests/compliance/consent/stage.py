"""A purpose and a person who can choose about it."""

from uuid import UUID

from django.utils import timezone

from accounts.people.models import User
from compliance.consent import queries
from compliance.consent.models import Purpose, Record
from compliance.consent.rules.purposes import Words
from compliance.consent.services import choosing, purposes
from compliance.consent.services.ledger import Shown
from compliance.policies.models import Policy
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming as subjects
from panel.kernel import clock
from panel.kernel.actors import Actor
from tests.factories.people import actor_of

WORDS = Words("Improve answers with my chats", "We read some chats to make answers better. Without it nothing is lost.")


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def make_purpose(
    pia: User, *, slug: str = "improve", use: str = "improvement", basis: str = "consent", age: int = 0,
    expires_days: int | None = None, notice: Policy | None = None,
) -> Purpose:  # fmt: skip
    return purposes.create(
        actor=fresh(pia), slug=slug, basis=basis, use=use, texts={"en": WORDS}, age=age, expires_days=expires_days,
        notice=notice, at=clock.now(),
    )  # fmt: skip


def subject_of(user: User) -> UUID:
    return subjects.subject_for(Kind.ACCOUNT, str(user.id))


def shown(purpose: Purpose) -> Shown:
    """The words in force, as a page would show them."""
    choice = next(one for one in queries.choices(None, clock.now(), ["en"]) if one.purpose.id == purpose.id)
    return Shown(choice.language, choice.digest, choice.notice_digest)


def give(user: User, purpose: Purpose, **more: bool) -> Record:
    return choosing.give(
        actor=fresh(user), subject=subject_of(user), purpose=purpose, shown=shown(purpose), channel="centre",
        at=clock.now(), **more,
    )  # fmt: skip


def withdraw(user: User, purpose: Purpose) -> Record:
    return choosing.withdraw(
        actor=fresh(user), subject=subject_of(user), purpose=purpose, channel="centre", at=clock.now()
    )


def rewrite(pia: User, purpose: Purpose, label: str, *, material: bool) -> None:
    row = Purpose.objects.get(id=purpose.id)
    purposes.rewrite(
        actor=fresh(pia), purpose=row, texts={"en": Words(label, WORDS.explanation)}, material=material,
        revision=row.revision, at=clock.now(),
    )  # fmt: skip
