"""A file of people: upload, look at every row, then ask all of them in or nobody. Nothing is stored in between."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.rules import MANAGE_PEOPLE, door
from accounts.invitations import forms
from accounts.invitations.rules import FILE_BYTES
from accounts.invitations.services import importing
from panel.kernel.errors import Invalid
from panel.ui.pages import FormPage


@door(MANAGE_PEOPLE)
class File(FormPage):
    """The upload; its answer is the preview, which carries the file on to be confirmed."""

    form_class = forms.File
    template_name = "accounts/invitations/file.html"

    def perform(self, form: Any) -> HttpResponseBase:
        content = form.cleaned_data["file"].read(FILE_BYTES + 1)
        lines = importing.read(content)
        return preview(self, lines, forms.Confirm(initial={"content": content.decode("utf-8-sig")}))


def preview(page: FormPage, lines: list[Any], form: Any, status: int = 200) -> HttpResponseBase:
    page.template_name = "accounts/invitations/preview.html"
    rows = importing.examine(lines)
    return page.show(rows=rows, wrong=sum(1 for row in rows if row.wrong), form=form, status=status)


@door(MANAGE_PEOPLE)
class Import(FormPage):
    """All of a file that was looked at."""

    form_class = forms.Confirm
    template_name = "accounts/invitations/file.html"

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        self.template_name = "accounts/invitations/file.html"
        return self.show(form=forms.File())

    def perform(self, form: Any) -> str | HttpResponseBase:
        given = form.cleaned_data
        lines = importing.read(given["content"].encode())
        how = {"reason": given["reason"], "days": given["days"]}
        try:
            number = importing.take(actor=self.actor, lines=lines, at=self.at, **how)
        except Invalid:
            # Somebody changed what a row names since it was looked at.
            return preview(self, lines, form, 422)
        told = ngettext("One person is invited.", "%(n)s people are invited.", number) % {"n": number}
        self.tell(told + " " + _("Their links are in the outbox."))
        return reverse("invitations:list")
