"""What the journal says of sessions. The session itself is the door's business."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.people.models import User
from panel.journal import services as journal
from panel.kernel.actors import ANONYMOUS, Actor


@transaction.atomic
def opened(*, actor: Actor, method: str, at: datetime) -> None:
    journal.record("signin.session.opened", actor=actor, detail={"method": method}, at=at)
    if method == "recovery":
        journal.record("signin.code.used", actor=actor, at=at)


@transaction.atomic
def refused(*, actor: Actor, user: User, at: datetime) -> None:
    """The password was right, the second factor was not."""
    journal.record("signin.session.refused", actor=actor, obj=("user", user.id), detail={"step": "factor"}, at=at)


def refused_passkey(*, address: str, at: datetime) -> None:
    """A passkey was shown that opens nothing; whose it would be is not known."""
    journal.record_refusal(
        actor=ANONYMOUS, route="signin:sign_in_passkey", reason="wrong_passkey", at=at, address=address
    )


@transaction.atomic
def ended(*, actor: Actor, at: datetime) -> None:
    journal.record("signin.session.ended", actor=actor, at=at)


@transaction.atomic
def proved(*, actor: Actor, method: str, at: datetime) -> None:
    journal.record("signin.factor.proved", actor=actor, detail={"method": method}, at=at)


def end_all(user: User, at: datetime) -> None:  # noqa: ARG001 - sessions live in real time
    """Every session of this person that is open now is over."""
    User.objects.filter(id=user.id).update(sessions_end_before=timezone.now())
