"""Refusals: what a verb says when it will not. The doors turn them into pages and problem+json.

A sentence is fit for people: it says what is wrong and what to do, and holds nothing personal.
"""

from collections.abc import Mapping
from uuid import UUID


class Refusal(Exception):  # noqa: N818 - the house's word; a refusal is an answer, not a fault
    """`code` is stable and part of the API; `status` is the HTTP status a door answers with."""

    status = 400
    code = "refused"

    def __init__(self, sentence: str, *, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if code:
            self.code = code


class Invalid(Refusal):
    """Input that cannot be used; `fields` maps a field's name to its sentence."""

    status = 422
    code = "invalid"

    def __init__(self, sentence: str = "", *, fields: Mapping[str, str] | None = None, code: str = "") -> None:
        self.fields = dict(fields or {})
        super().__init__(sentence or " ".join(self.fields.values()), code=code)


class Unauthenticated(Refusal):
    status = 401
    code = "unauthenticated"


class Forbidden(Refusal):
    """The actor sees the object but may not do this; `permit` is the missing right, `obj` (kind, id) where it is."""

    status = 403
    code = "forbidden"

    def __init__(self, sentence: str, *, permit: str = "", obj: tuple[str, UUID] | None = None, code: str = "") -> None:
        self.permit, self.obj = permit, obj
        super().__init__(sentence, code=code)


class NeedsFreshFactor(Forbidden):
    """The act needs a factor proved within the last five minutes."""

    code = "fresh_factor_needed"


class Missing(Refusal):
    """There is no such thing, or none that the actor may see."""

    status = 404
    code = "not_found"


class Conflict(Refusal):
    """The state has moved on, or does not allow this."""

    status = 409
    code = "conflict"


class TooMany(Refusal):
    """`retry_after` is in seconds."""

    status = 429
    code = "too_many"

    def __init__(self, sentence: str, *, retry_after: int, code: str = "") -> None:
        self.retry_after = retry_after
        super().__init__(sentence, code=code)


class Unavailable(Refusal):
    status = 503
    code = "unavailable"
