"""Refusals on the way: one exception, rendered as an OpenAI error object."""

from typing import Any

import orjson

from assistants.gateway.rules import FAULTS


class ApiError(Exception):
    """`code` is one of `rules.FAULTS`; `sentence` replaces its default, `param` names the field at fault."""

    def __init__(
        self, code: str, sentence: str = "", *, param: str | None = None, retry_after: str = "", status: int = 0
    ) -> None:
        fault = FAULTS[code]
        super().__init__(code)
        self.code = code
        self.status = status or fault.status
        self.kind = fault.kind
        self.sentence = sentence or fault.sentence
        self.param = param
        self.retry_after = retry_after or ("" if fault.retry is None else str(fault.retry))

    def as_dict(self) -> dict[str, Any]:
        return {"error": {"message": self.sentence, "type": self.kind, "param": self.param, "code": self.code}}

    def body(self) -> bytes:
        return orjson.dumps(self.as_dict())


class Blocked(Exception):  # noqa: N818 - an answer of the guard, not a fault
    """The guard stopped the answer while it was under way."""


def where(error: BaseException) -> str:
    """Kind and place of an unexpected error, for a log that may hold no text of a call."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    return f"{type(error).__name__} at {place}"
