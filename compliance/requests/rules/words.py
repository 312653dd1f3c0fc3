"""What requests are called at each step, for officers and for the person. Pure."""

from django.utils.translation import gettext_lazy

from compliance.requests.rules.kinds import ERASING, PACKED
from compliance.requests.rules.states import State

TITLES = {
    "received": gettext_lazy("We got the request"),
    "verifying": gettext_lazy("Proof asked for by mail"),
    "asked_again": gettext_lazy("Proof asked for again"),
    "verified": gettext_lazy("We know who asks"),
    "in_progress": gettext_lazy("Taken into work"),
    "assigned": gettext_lazy("Given to a colleague"),
    "awaiting_approval": gettext_lazy("A second person is asked"),
    "executing": gettext_lazy("It is being done"),
    "ledger": gettext_lazy("Entered in the ledger of erasures"),
    "partial": gettext_lazy("Partly done"),
    "fulfilled": gettext_lazy("Answered"),
    "answered_partly": gettext_lazy("Answered in part"),
    "denied": gettext_lazy("Denied"),
    "withdrawn": gettext_lazy("Taken back"),
    "lapsed": gettext_lazy("Never proven"),
    "linked": gettext_lazy("Answered with another request"),
    "extended": gettext_lazy("More time, as the law allows once"),
    "unreached": gettext_lazy("There is no address to write to"),
    "heard": gettext_lazy("A message came in"),
    "written": gettext_lazy("A message went out"),
    "noted": gettext_lazy("Note"),
    "document_read": gettext_lazy("The agent’s document was read"),
    "exempted": gettext_lazy("Items are left as they are"),
    "included": gettext_lazy("An item is treated as the others again"),
    "reminded": gettext_lazy("Reminder sent"),
    "downloaded": gettext_lazy("Copy downloaded"),
    "package_gone": gettext_lazy("Copy destroyed"),
}
HEADLINES = {
    State.RECEIVED: gettext_lazy("We have your request"),
    State.VERIFYING: gettext_lazy("Is it you who asked?"),
    State.VERIFIED: gettext_lazy("We know that it is you"),
    State.WORKING: gettext_lazy("We are working on it"),
    State.AWAITING: gettext_lazy("A second person looks at it"),
    State.EXECUTING: gettext_lazy("It is being done now"),
    State.PARTIAL: gettext_lazy("Done in part, the rest follows"),
    State.FULFILLED: gettext_lazy("It is done"),
    State.ENDED: gettext_lazy("It is done, as far as we can"),
    State.DENIED: gettext_lazy("We could not do this"),
    State.WITHDRAWN: gettext_lazy("You took this back"),
    State.LAPSED: gettext_lazy("This was never confirmed"),
    State.LINKED: gettext_lazy("This is answered with another request"),
}
# As the person reads it, where that is another sentence.
OWN_TITLES = {
    "received": gettext_lazy("We got your request"),
    "verifying": gettext_lazy("We mailed you a link"),
    "asked_again": gettext_lazy("We mailed you a link again"),
    "verified": gettext_lazy("We know it is you"),
    "in_progress": gettext_lazy("Somebody works on it"),
    "awaiting_approval": gettext_lazy("A second person looks at it"),
    "heard": gettext_lazy("You wrote to us"),
    "written": gettext_lazy("We wrote to you"),
    "withdrawn": gettext_lazy("You took it back"),
    "denied": gettext_lazy("We could not do this"),
    "downloaded": gettext_lazy("You downloaded your copy"),
}
_GROUPED = {
    (State.EXECUTING, "erasing"): gettext_lazy("We are deleting your data"),
    (State.EXECUTING, "packed"): gettext_lazy("We are making your copy"),
    (State.FULFILLED, "erasing"): gettext_lazy("Your data is deleted"),
    (State.FULFILLED, "packed"): gettext_lazy("Your copy was made"),
}
# The places of a request's way: (for officers, for the person).
PLACES = {
    State.RECEIVED: (gettext_lazy("Received"), gettext_lazy("We got it")),
    State.VERIFIED: (gettext_lazy("Identity proven"), gettext_lazy("We know it is you")),
    State.WORKING: (gettext_lazy("In work"), gettext_lazy("In work")),
    State.AWAITING: (gettext_lazy("Review"), gettext_lazy("Second look")),
    State.EXECUTING: (gettext_lazy("Carried out"), gettext_lazy("Carried out")),
    State.FULFILLED: (gettext_lazy("Answered"), gettext_lazy("Our answer")),
}
DOING = {
    "erasing": (gettext_lazy("Erase"), gettext_lazy("Deleting")),
    "packed": (gettext_lazy("Copy"), gettext_lazy("Copying")),
}
PROOFS = {
    "email_link": gettext_lazy("by a mailed link"),
    "signed_in": gettext_lazy("signed in"),
    "application": gettext_lazy("vouched for by an application"),
    "staff": gettext_lazy("checked by staff, see the note"),
    "none_needed": gettext_lazy("not needed"),
}
FIELDS = {
    "full_name": gettext_lazy("Name of the account"),
    "statement": gettext_lazy("A statement, kept with what is held"),
}


def group(kind: str) -> str:
    return "erasing" if kind in ERASING else "packed" if kind in PACKED else ""


def headline(kind: str, state: str) -> object:
    """One sentence for the person: how far it is."""
    found = State(state)
    return _GROUPED.get((found, group(kind)), HEADLINES[found])
