"""The journal by API: entries, proofs, checkpoints, verifier keys, what outsiders signed. Read only."""

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from compliance.auditing import queries, rules
from compliance.auditing.models import Receipt
from panel.journal import queries as ledger
from panel.journal.models import Leaf
from panel.journal.rules import canonical, tree
from panel.kernel.errors import Invalid, Missing
from panel.ui.api.views import Collection, Endpoint


class EntryOut(serializers.Serializer[Leaf]):
    """The leaf as it was written, and its leaf hash."""

    leaf = serializers.SerializerMethodField()
    leaf_hash = serializers.SerializerMethodField()

    def get_leaf(self, row: Leaf) -> dict[str, Any]:
        return dict(canonical.decode(bytes(row.data)))

    def get_leaf_hash(self, row: Leaf) -> str:
        return tree.leaf_hash(bytes(row.data)).hex()


class ProofOut(serializers.Serializer[Any]):
    sequence = serializers.IntegerField()
    size = serializers.IntegerField()
    path = serializers.ListField(child=serializers.CharField())
    checkpoint = serializers.CharField()


class Choice(serializers.Serializer[Any]):
    """What narrows the list."""

    event = serializers.CharField(required=False, max_length=80)
    actor = serializers.UUIDField(required=False)
    object = serializers.UUIDField(required=False)
    request = serializers.CharField(required=False, max_length=64)
    since = serializers.DateTimeField(required=False)


@extend_schema(parameters=[Choice])
@door(rules.VIEW)
class Entries(Collection):
    """Entries, newest first; narrow by `event`, `actor`, `object`, `request`, `since`."""

    serializer_class = EntryOut
    http_method_names = ["get", "head", "options"]
    filters = tuple(Choice().fields)

    def rows(self) -> QuerySet[Leaf]:
        chosen = Choice(data=self.request.query_params)
        chosen.is_valid(raise_exception=True)
        given: dict[str, Any] = dict(chosen.validated_data)
        object_id: UUID | None = given.pop("object", None)
        since: datetime | None = given.pop("since", None)
        return ledger.entries(object_id=object_id, since=since, **given)


class OfEntry(Endpoint):
    def entry(self) -> Leaf:
        found = queries.entry(self.kwargs["entry_id"])
        if found is None:
            raise Missing(_("There is no such journal entry."))
        return found


@door(rules.VIEW)
class Entry(OfEntry):
    """One entry."""

    serializer_class = EntryOut

    def get(self, request: Request, entry_id: UUID) -> Response:  # noqa: ARG002
        return Response(self.shown(self.entry()))


@door(rules.VIEW)
class Proof(OfEntry):
    """The inclusion proof of one entry; missing while it waits to be sealed."""

    serializer_class = ProofOut

    def get(self, request: Request, entry_id: UUID) -> Response:  # noqa: ARG002
        found = ledger.proof(self.entry().id)
        if found is None:
            raise Missing(_("The entry waits to be sealed. Try again in a moment."), code="not_sealed")
        path = [base64.b64encode(step).decode() for step in found.path]
        return Response({"sequence": found.sequence, "size": found.size, "path": path, "checkpoint": found.note})


class CheckpointOut(serializers.Serializer[Any]):
    size = serializers.IntegerField()
    checkpoint = serializers.CharField()


@door(rules.VIEW)
class Checkpoint(Endpoint):
    """The newest signed checkpoint, as a C2SP note."""

    serializer_class = CheckpointOut

    def get(self, request: Request) -> Response:  # noqa: ARG002
        head = ledger.head()
        if head is None:
            raise Missing(_("Nothing is sealed yet. Try again in a moment."), code="not_sealed")
        return Response({"size": head.size, "checkpoint": head.note})


class Span(serializers.Serializer[Any]):
    first = serializers.IntegerField(min_value=1)
    second = serializers.IntegerField(min_value=1)


class ConsistencyOut(serializers.Serializer[Any]):
    path = serializers.ListField(child=serializers.CharField())


@extend_schema(
    parameters=[OpenApiParameter("first", int, required=True), OpenApiParameter("second", int, required=True)]
)
@door(rules.VIEW)
class Consistency(Endpoint):
    """Proof that the journal of `first` entries is the beginning of that of `second`."""

    serializer_class = ConsistencyOut
    filters = tuple(Span().fields)

    def get(self, request: Request) -> Response:
        span = Span(data=request.query_params)
        span.is_valid(raise_exception=True)
        first, second, head = span.validated_data["first"], span.validated_data["second"], ledger.head()
        if head is None or not first <= second <= head.size:
            raise Invalid(_("“first” must not exceed “second”, nor “second” the journal."))
        path = ledger.consistency(first, second)
        return Response({"path": [base64.b64encode(step).decode() for step in path]})


class SignersOut(serializers.Serializer[Any]):
    origin = serializers.CharField()
    keys = serializers.ListField(child=serializers.CharField())


@door(rules.VIEW)
class Signers(Endpoint):
    """The journal's name and its verifier keys, oldest first, as signed-note tools take them."""

    serializer_class = SignersOut

    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response({"origin": ledger.origin(), "keys": queries.verifier_keys()})


class ReceiptOut(serializers.ModelSerializer[Receipt]):
    """`signed` in base64: the DER of a time-stamp's token (RFC 3161), or the line of a witness that belongs below `checkpoint`.
    `told_at` is the instant that the outsider names."""

    checkpoint = serializers.CharField(source="note")
    signed = serializers.SerializerMethodField()

    class Meta:
        model = Receipt
        fields = ("id", "kind", "by", "size", "checkpoint", "signed", "told_at", "at")
        read_only_fields = fields

    def get_signed(self, row: Receipt) -> str:
        return base64.b64encode(bytes(row.data)).decode()


class ReceiptChoice(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(rules.RECEIPTS, required=False)


@extend_schema(parameters=[ReceiptChoice])
@door(rules.VIEW)
class Receipts(Collection):
    """What time-stamp authorities and witnesses signed about checkpoints, newest first; narrow by `kind`."""

    serializer_class = ReceiptOut
    filters = ("kind",)
    http_method_names = ["get", "head", "options"]

    def rows(self) -> QuerySet[Receipt]:
        chosen = ReceiptChoice(data=self.request.query_params)
        chosen.is_valid(raise_exception=True)
        return queries.receipts().filter(**chosen.validated_data)


@door(rules.VIEW)
class OneReceipt(Endpoint):
    """One receipt."""

    serializer_class = ReceiptOut

    def get(self, request: Request, receipt_id: UUID) -> Response:  # noqa: ARG002
        found = queries.receipt(receipt_id)
        if found is None:
            raise Missing(_("There is no such receipt."))
        return Response(self.shown(found))
