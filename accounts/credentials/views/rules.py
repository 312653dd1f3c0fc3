"""What counts for every key: how long they live, and which keys sign access tokens."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.rules import door
from accounts.credentials import forms
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import signed
from accounts.credentials.rules import permits
from accounts.credentials.services import policy, signing
from panel.kernel.registries import settings
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage


@door(permits.SET_POLICY)
class Policy(FormPage):
    form_class = forms.Policy
    template_name = "accounts/credentials/policy.html"
    edits = True

    def initial(self) -> dict[str, Any]:
        found = queries.policy()
        return {"longest_days": str(found.longest_days), "endless": found.never}

    def context(self) -> dict[str, Any]:
        now = timezone.now()
        held = [settings.specs()[one] for one in (queries.LONGEST, queries.ENDLESS) if settings.from_environment(one)]
        signs = signed.signing_key(now)
        return {"held": held, "signers": signed.signing_keys(now).order_by("signs_from"), "signs": signs}

    def perform(self, form: forms.Policy) -> str:
        given = form.cleaned_data
        policy.change(actor=self.actor, longest_days=given["longest_days"], endless=given["endless"], at=self.at)
        self.tell(_("Saved. It counts for every secret that is made from now on."))
        return reverse("credentials:policy")


@door(permits.KEEP_SIGNERS)
class Signers(Act):
    """POST makes the next signing key; with `at_once`, every token of the old one ends now."""

    def perform(self) -> Text:
        at_once = "at_once" in self.request.POST
        signing.change(actor=self.actor, at=timezone.now(), at_once=at_once)
        if at_once:
            return _("Every token has ended. Programs get new ones with their secrets.")
        return _("The next key is shown now and signs in ten minutes. The tokens of the old one end on their own.")

    def back(self) -> str:
        return reverse("credentials:policy")
