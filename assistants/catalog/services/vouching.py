"""What an application does for its end users: show what is asked, and pass on what they chose. Its key vouches for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.catalog.models import Assistant
from assistants.catalog.queries import purposes as queries
from compliance.consent import queries as consent
from compliance.consent.models import Record
from compliance.consent.rules import permits
from compliance.consent.rules.states import Act
from compliance.consent.services import choosing
from compliance.consent.services.ledger import Shown
from compliance.subjects import queries as subjects
from compliance.subjects import rules as subject_rules
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming
from panel.journal.rules import canonical
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid, Missing


def asked(*, actor: Actor, assistant: Assistant, end_user: str, at: datetime) -> list[dict[str, Any]]:
    """What the assistant serves, in words to show; with an end user (who vouches for them may ask) how they stand."""
    subject = None
    if end_user:
        access.require(actor, permits.VOUCH)
        subject = subjects.find(kind=Kind.END_USER, value=_spelled(end_user, assistant), scope=assistant.id)
    required = set(queries.bindings(assistant).filter(required=True).values_list("purpose_id", flat=True))
    found = consent.choices(subject, at, [get_language() or "en"], queries.bound(assistant))
    return [_asked(one, one.purpose.id in required) for one in found]


def _asked(one: consent.Choice, required: bool) -> dict[str, Any]:
    notice = one.notice
    url = reverse("policies:public_version", args=[notice.policy.slug, notice.number]) if notice else ""
    return {
        "purpose": one.purpose.slug, "asked": one.asked, "required": required, "basis": one.purpose.basis,
        "age": one.purpose.age, "language": one.language, "label": one.words.label,
        "explanation": one.words.explanation, "words": one.digest, "notice": one.notice_digest,
        "notice_url": f"{settings.BASE_URL}{url}" if url else "", "state": one.state.value,
    }  # fmt: skip


def pass_on(*, actor: Actor, assistant: Assistant, given: Mapping[str, Any], at: datetime) -> Record:
    """One choice of one end user for a purpose that the assistant serves, in the words that they were shown. Call
    `choosing.hold` after the commit. Raises Forbidden, Invalid, Missing, and what `choosing.pass_on` raises."""
    access.require(actor, permits.VOUCH)
    purpose = consent.asked(given["purpose"])
    if purpose is None or purpose.id not in queries.bound(assistant):
        raise Missing(_("This assistant asks nothing by this name."))
    if given["shown_at"] is not None and given["shown_at"] > at:
        raise Invalid(fields={"shown_at": _("This instant is still to come.")})
    value = _spelled(given["end_user"], assistant)
    return choosing.pass_on(
        actor=actor,
        subject=naming.subject_for(Kind.END_USER, value, scope=assistant.id),
        purpose=purpose,
        act=Act(given["act"]),
        shown=Shown(given["language"], given["words"], given["notice"]),
        evidence=_evidence(actor, given),
        age_confirmed=given["age_confirmed"],
        at=at,
    )


def _evidence(actor: Actor, given: Mapping[str, Any]) -> str:
    """Who vouched, and what the application says of where and when the words were shown."""
    shown = given["shown_at"]
    told = {
        "vouched_by": str(actor.via[1]) if actor.via else "",
        "shown_at": shown.isoformat() if shown else "",
        "place": given["place"].strip(),
    }
    return canonical.encode(told).decode()


def _spelled(end_user: str, assistant: Assistant) -> str:
    if told := subject_rules.problem(Kind.END_USER, end_user, assistant.id):
        raise Invalid(fields={"end_user": told})
    return next(iter(subject_rules.spelled(end_user)))


def storage_of(assistant: Assistant) -> dict[str, Any]:
    """What is kept now; number 0 while it was never settled."""
    found = queries.storage(assistant)
    if found is None:
        return {"number": 0, "keep": queries.keep(assistant), "purpose_id": None, "told": True, "at": None}
    fields = ("number", "keep", "purpose_id", "told", "at")
    return {name: getattr(found, name) for name in fields}
