"""The leak button: paste what you saw, end what is yours, report what is not."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.access.rules import SIGNED_IN, door
from accounts.credentials import forms
from accounts.credentials.queries import keys as queries
from accounts.credentials.rules import permits as rules
from accounts.credentials.services import keys, leaks
from accounts.credentials.views.listing import KIND_WORDS, STATE_WORDS
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage


@door(SIGNED_IN)
class Leaks(FormPage):
    form_class = forms.Leak
    template_name = "accounts/credentials/leaks.html"

    def perform(self, form: forms.Leak) -> HttpResponseBase:
        found = leaks.look(actor=self.actor, text=form.cleaned_data["text"], at=self.at)
        rows: list[dict[str, Any]] = [
            {
                "key": key,
                "kind": KIND_WORDS[key.kind],
                "state": key.state(self.at).value,
                "word": STATE_WORDS[key.state(self.at)],
                "opens": str(key.id) in found.works,
            }
            for key in found.own
        ]
        working = [row for row in rows if row["key"].revoked_at is None]
        self.template_name = "accounts/credentials/leaks_found.html"
        return self.show(rows=rows, working=working, reported=found.reported)


@door(rules.USE)
class Revocation(Act):
    """POST ends every key that was found, in one act."""

    def perform(self) -> Text:
        rows = queries.some_of(self.actor, self.request.POST.getlist("key"))
        for key in rows:
            keys.revoke(actor=self.actor, key=key, at=self.at)
        return ngettext("%(n)s key is revoked.", "%(n)s keys are revoked.", len(rows)) % {"n": len(rows)}

    def back(self) -> str:
        return reverse("credentials:list") + "?state=revoked"
