"""Somebody with data in the panel, and officers who work on what they ask."""

from datetime import datetime
from uuid import UUID

import orjson
from django.utils import timezone

from accounts.approvals.services import deciding
from accounts.people.models import User
from assistants.conversations.models import Call, CallContent
from assistants.conversations.services import keeping
from compliance.requests.models import Request
from compliance.requests.rules.wishes import Wish
from compliance.requests.services import asking, working
from compliance.requests.services.erasure import approving
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Kind, Proof, Visitor
from compliance.subjects.services import naming
from panel.kernel import clock, ids, jobs
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import partitions
from panel.kernel.models import Job
from tests.factories.people import actor_of

CANARY = "quokka-marzipan-7731"
EMAIL = "vera.canary@example.org"


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def visitor(email: str = EMAIL) -> Visitor:
    """Whoever opened a link that was mailed to the address."""
    subject = naming.subject_for(Kind.EMAIL, email)
    return Visitor(subject, tuple(subjects.together(subject)), Proof.EMAIL_LINK, timezone.now())


def account(user: User) -> Visitor:
    subject = naming.subject_for(Kind.ACCOUNT, str(user.id))
    return Visitor(subject, tuple(subjects.together(subject)), Proof.SIGNED_IN, account=user.id)


def said(subject: UUID, words: str, *, assistant: UUID | None = None, at: datetime | None = None) -> UUID:
    """A stored call in which somebody said something."""
    at, assistant = at or clock.now(), assistant or ids.new_id()
    partitions.ensure(at.date(), at.date())
    call = ids.new_id(at)
    Call.objects.create(
        day=at.date(), id=call, at=at, route="/v1/chat/completions", source="api", assistant=assistant, subject=subject,
        status=200, stored="standard", provider=ids.new_id(), upstream_status=200, tokens_in=7, model="demo",
    )  # fmt: skip
    key = keeping.content_key(subject=subject, assistant=assistant)
    plain = orjson.dumps(
        {"request": {"messages": [{"role": "user", "content": words}]}, "answer": [{"content": f"About {words}"}]}
    )
    sealed = keyring.seal(key, plain, table=keeping.TABLE, column=keeping.COLUMN, row=call)
    CallContent.objects.create(
        retention="standard", day=at.date(), id=call, assistant=assistant, subject=subject, sealed=sealed
    )
    return call


def asked(who: Visitor, kind: str, *, words: str = "Please.", at: datetime | None = None) -> Request:
    actor = Actor("person", who.account, fresh_at=timezone.now()) if who.account else who.actor
    return asking.ask(actor=actor, visitor=who, wish=Wish(kind, words), at=at or clock.now())


def in_work(who: Visitor, kind: str, pia: User, *, at: datetime | None = None) -> Request:
    row = asked(who, kind, at=at)
    return working.take(actor=fresh(pia), request=row, at=at or clock.now())


def approved(row: Request, pia: User, adam: User) -> Request:
    """Asked by the officer, approved by the administrator: the job waits."""
    asked_for = approving.ask(actor=fresh(pia), request=row, reason="No ground to keep it", at=clock.now())
    deciding.approve(actor=fresh(adam), approval=asked_for, seen=asked_for.digest, at=clock.now())
    return Request.objects.get(id=row.id)


def run(name: str, row: Request) -> Job:
    """The newest job of this request, in this thread."""
    job = Job.objects.filter(name=name, about_id=row.id).order_by("-id")[0]
    return jobs.perform(job)


def erased(who: Visitor, pia: User, adam: User, *, kind: str = "deletion") -> Request:
    row = approved(in_work(who, kind, pia), pia, adam)
    job = run("requests.erase", row)
    assert job.state == "done", (job.error, job.log)
    return Request.objects.get(id=row.id)
