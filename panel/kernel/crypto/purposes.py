"""What data keys are for, and which ring wraps them."""

SERVING = {
    "secret",
    "assistant",
    "pepper",
    "gateway",
    # By these the gateway finds whose consent it asks for. They open nothing; those of e-mail addresses are not among them.
    "blind:subjects.end_user",
    "blind:subjects.api_key",
    "blind:subjects.account",
}
CONTENT = {
    "person",
    "factor",
    "subject",
    "content",
    "journal",
    "journal-signing",
    "witness-signing",
    "token-signing",
    "blind",
    "spool",
    "address",
    "session",
    "mail",
    "webhook",
    "job",
    "request",
}


def ring_of(purpose: str) -> str:
    """The ring of a purpose; `blind:people.email` has the ring of `blind`. Raises LookupError for an unknown one."""
    family = purpose.partition(":")[0]
    if purpose in SERVING or family in SERVING:
        return "serving"
    if family in CONTENT:
        return "content"
    raise LookupError(f"No ring is chosen for the purpose {purpose!r}.")
