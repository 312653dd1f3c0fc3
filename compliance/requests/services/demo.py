"""What people asked of the demo's company: one in time, one denied, one that waits for a second person, a letter that is due."""

from datetime import datetime, timedelta

from compliance.requests.models import Request
from compliance.requests.rules.wishes import Wish
from compliance.requests.services import asking, settling, working, writing
from compliance.requests.services.asking import Entered
from compliance.requests.services.erasure import approving
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Kind, Proof, Visitor
from compliance.subjects.services import naming
from panel.kernel import clock
from panel.kernel.registries import demo

OFFICER = "Pia Sandström"


def build(world: demo.World) -> None:
    officer = world.actor(OFFICER)
    with demo.past(world.ago(60)):
        for month, day, name in ((12, 24, "Julafton"), (12, 25, "Juldagen"), (12, 31, "Nyårsafton")):
            moment = datetime(world.at.year, month, day, tzinfo=world.at.tzinfo).date()
            settling.add_holiday(actor=officer, day=moment, name=name, at=clock.now())
    with demo.past(world.ago(33)):
        row = _asked("lena.holm@example.org", "objection", "Please do not use my chats to make the answers better.")
    with demo.past(world.ago(31)):
        working.take(actor=world.actor(OFFICER), request=row, at=clock.now())
        working.deny(
            actor=world.actor(OFFICER), request=row, ground="no_match", at=clock.now(),
            reason="We keep no chats of this address, so there is nothing that we could use.",
        )  # fmt: skip
    with demo.past(world.ago(12)):
        row = _asked("mats.ek@example.org", "deletion", "Delete everything, please.")
    with demo.past(world.ago(10)):
        working.take(actor=world.actor(OFFICER), request=row, at=clock.now())
        writing.to_person(
            actor=world.actor(OFFICER), request=row, at=clock.now(),
            text="We found your data and ask a colleague to look at it before it is deleted.",
        )  # fmt: skip
        approving.ask(actor=world.actor(OFFICER), request=row, reason="No ground to keep it", at=clock.now())
    with demo.past(world.ago(26)):
        entered = Entered("letter", clock.now() - timedelta(days=2), "sara.lind@example.org")
        wish = Wish("access", "I want to see what you know of me.", "gdpr")
        asking.enter(actor=world.actor(OFFICER), wish=wish, entered=entered, at=clock.now())


def _asked(email: str, kind: str, words: str) -> Request:
    """By somebody who opened a mailed link."""
    subject = naming.subject_for(Kind.EMAIL, email)
    who = Visitor(subject, tuple(subjects.together(subject)), Proof.EMAIL_LINK)
    return asking.ask(actor=who.actor, visitor=who, wish=Wish(kind, words, "gdpr"), at=clock.now())
