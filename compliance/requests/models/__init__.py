"""The tables of data-subject requests."""

from compliance.requests.models.asked import Document, Event, Exemption, Message, Package, Request, RequestQuerySet
from compliance.requests.models.clocks import Clock, Holiday
from compliance.requests.models.erasures import Erasure, Proof, Verdict

__all__ = [
    "Clock", "Document", "Erasure", "Event", "Exemption", "Holiday", "Message", "Package", "Proof", "Request",
    "RequestQuerySet", "Verdict",
]  # fmt: skip
