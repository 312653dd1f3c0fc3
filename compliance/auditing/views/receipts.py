"""What outsiders signed about checkpoints, to be taken out and kept where nobody here can change it."""

import io
import zipfile

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from compliance.auditing import queries, rules
from compliance.auditing.models import Receipt
from compliance.auditing.views.sinks import KINDS
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text
from panel.ui.web.files import attachment

README: dict[str, str] = {
    "tsa": "openssl ts -verify -token_in -in token.tst -data checkpoint.txt -CAfile authority.pem\n",
    "witness": "checkpoint.txt ends with the signature of the witness (c2sp.org/tlog-cosignature, type 0x04).\n",
}


def _name(row: Receipt) -> Text:
    return KINDS[row.kind]


@door(rules.VIEW)
def listing(request: HttpRequest) -> HttpResponseBase:
    columns = [
        Column("size", gettext_lazy("Entries"), numeric=True, card="title"),
        Column("kind", gettext_lazy("Kind"), value=_name),
        Column("by", gettext_lazy("Signed by"), cell="title"),
        Column("told_at", gettext_lazy("At"), cell="moment"),
        Column("at", gettext_lazy("Kept"), cell="ago", sort="at", numeric=True),
        Column("take", gettext_lazy("Take"), value=lambda row: reverse("auditing:receipt", args=[row.id]), csv=False,
               cell="compliance/auditing/cells.html#receipt"),
    ]  # fmt: skip
    kinds = [(one, KINDS[one]) for one in rules.RECEIPTS]
    page = ListPage(
        request, Rows(queries.receipts(), ["by"]), columns, sort="-at", csv_name="receipts",
        filters=[Filter("kind", gettext_lazy("Kind"), kinds, lambda rows, value: rows.filter(kind=value))],
        empty=Empty(
            gettext_lazy("No receipt yet"),
            gettext_lazy("Add a time-stamp authority or a witness as a sink: what it signs is kept here."),
        ),
    )  # fmt: skip
    return answer(request, "compliance/auditing/receipts.html", page)


@door(rules.VIEW)
def one(request: HttpRequest, receipt_id: object) -> HttpResponseBase:  # noqa: ARG001
    """A zip with the checkpoint and what was signed about it, as other tools take them."""
    row = queries.receipt(receipt_id)  # type: ignore[arg-type] # the URL's converter gives a UUID
    if row is None:
        raise Missing(_("There is no such receipt."))
    return attachment(_packed(row), f"checkpoint-{row.size}-{row.kind}.zip", "application/zip")


def _packed(row: Receipt) -> bytes:
    held = io.BytesIO()
    note = row.note.encode()
    with zipfile.ZipFile(held, "w") as made:
        if row.kind == "tsa":
            made.writestr("checkpoint.txt", note)
            made.writestr("token.tst", bytes(row.data))
        else:
            made.writestr("checkpoint.txt", note + bytes(row.data))
        made.writestr("README.txt", README[row.kind])
    return held.getvalue()
