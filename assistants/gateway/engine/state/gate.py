"""The gate of purposes: what a call is for is decided by the panel, whether it may be by the person, before any provider.

An assistant that no purpose is bound to passes after one look into a mapping. Purposes come from the bindings of the
assistant, its key and the route; nothing of a request chooses them. The route is the call's source: api, playground, chat.
"""

import contextlib
from uuid import UUID

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.state import consent, persons
from assistants.gateway.engine.state.consent import Binding
from assistants.gateway.engine.state.feed import Feed
from assistants.gateway.engine.state.snapshot import Snapshot
from panel.kernel import clock


async def require(feed: Feed, call: Call) -> None:
    """Refuse a call that its person has not agreed to; the call remembers what it was let through by. Raises ApiError."""
    one, snapshot = call.assistant, feed.snapshot
    if one is None or not (one.id in snapshot.bound or one.keep_for or snapshot.restricted):
        return
    if is_restricted(call, snapshot):
        raise ApiError("processing_restricted")
    about, who = None, consent.NOBODY
    if consent.asks(_bound(call, snapshot), snapshot.purposes):
        await feed.recent()
        about, who = await _known(feed, call)
    elif snapshot.asked(one.keep_for) and feed.is_recent:
        with contextlib.suppress(ApiError):  # nobody is refused because of it: words of who is not known are not kept
            about, who = await _known(feed, call)
    call.about, call.who, call.bound = about, who, _bound(call, feed.snapshot)
    problem = standing(call, feed.snapshot)
    if problem is not None:
        raise ApiError(problem[0], param=problem[1] or None)


async def _known(feed: Feed, call: Call) -> tuple[persons.Name | None, consent.Person]:
    about = persons.name_of(call, feed.snapshot.blind)
    return about, (consent.NOBODY if about is None else await feed.persons.find(about))


def _bound(call: Call, snapshot: Snapshot) -> tuple[Binding, ...]:
    found = snapshot.bound.get(call.assistant.id, ()) if call.assistant else ()
    key = call.key.id if call.key else None
    return tuple(one for one in found if one.required and one.covers(key, call.source))


def is_restricted(call: Call, snapshot: Snapshot) -> bool:
    """Whether the data of whom this call is about may not be processed (GDPR Art. 18, 21), whatever it is for."""
    name = persons.name_of(call, snapshot.blind) if snapshot.restricted else None
    return name is not None and name[1] in snapshot.restricted


def objections(call: Call, snapshot: Snapshot) -> frozenset[UUID]:
    """Purposes that nobody is asked about, and that whom this call is about objected to."""
    name = persons.name_of(call, snapshot.blind) if snapshot.objected else None
    return snapshot.objected.get(name[1], frozenset()) if name is not None else frozenset()


def standing(call: Call, snapshot: Snapshot) -> tuple[str, str] | None:
    """What stands in the way of a call now: (code, purpose)."""
    against = objections(call, snapshot)
    if met := next((one.purpose for one in call.bound if one.purpose in against), None):
        purpose = snapshot.purposes.get(met)
        return "processing_objected", purpose.slug if purpose else ""
    if call.who is None:
        return None
    return consent.refusal(call.bound, call.who, snapshot.purposes, clock.now().timestamp())


def ended(call: Call, snapshot: Snapshot) -> str:
    """For a call under way: the code by which what it was let through by has ended, "" while it holds."""
    found = standing(call, snapshot) if call.bound else None
    return found[0] if found else ""


async def again(feed: Feed, call: Call) -> str:
    """For a call under way whose person chose anew: the code that ends it, "" when it may go on."""
    if call.about is None:
        return ""
    try:
        call.who = await feed.persons.find(call.about)
    except ApiError as error:
        return error.code if call.bound else ""
    return ended(call, feed.snapshot)


def may_keep(call: Call, snapshot: Snapshot) -> bool:
    """Whether the purpose that content is kept for allows it now: of a person who was asked and has not agreed, or who objected
    to what nobody is asked about, only statistics are left."""
    wanted = call.assistant.keep_for if call.assistant else None
    if wanted is None:
        return True
    if wanted in objections(call, snapshot):
        return False
    person = call.who or consent.NOBODY
    now = clock.now().timestamp()
    return not consent.problem(snapshot.purposes.get(wanted), person.standings.get(wanted), now)
