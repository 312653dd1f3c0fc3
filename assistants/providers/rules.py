"""Kinds of providers, permits, and what an outcome of a test is called. (Translation is all that is Django's here.)"""

import enum
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

MODELS_KEPT: Final = 500
"""Names of models that are remembered from a provider's list."""


class Kind(enum.StrEnum):
    DEMO = "demo"
    OPENAI = "openai"


KIND_WORDS: Final = {Kind.DEMO: _("Demo, built in"), Kind.OPENAI: _("OpenAI-compatible")}

_SEEING = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.DEVELOPER, Role.PRIVACY_OFFICER, Role.AUDITOR})
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
VIEW = Permit("providers.view_provider", _("See providers"), roles=_SEEING)
ADD = Permit("providers.add_provider", _("Add a provider"), roles=_ADMINISTRATORS)
CHANGE = Permit("providers.change_provider", _("Change and test a provider"), roles=_ADMINISTRATORS)
DISABLE = Permit("providers.disable_provider", _("Disable and enable a provider"), roles=_ADMINISTRATORS)
ALLOW = Permit("providers.allow_host", _("Let providers be on private hosts"), roles=_ADMINISTRATORS, fresh=True)
PERMITS = (VIEW, ADD, CHANGE, DISABLE, ALLOW)

# The sentences of a test, by code. None quotes what the provider answered: an answer may quote the key.
OUTCOMES: Final = {
    "ok": _("It answered."),
    "key_refused": _("The provider refused the key."),
    "model_unknown": _("The provider does not know this model."),
    "too_many": _("The provider takes no more requests at the moment (429)."),
    "redirect": _("The address answers with a redirect. Redirects are not followed: enter the final address."),
    "not_openai": _("What answered does not speak the OpenAI format. Is the path complete, such as /v1?"),
    "provider_error": _("The provider answered with an error."),
    "refused_url": _("This address cannot be called: it needs https, a plain host and no user name."),
    "refused_address": _("This host is not public. An administrator can allow it under Providers, Private hosts."),
    "unresolvable": _("The host has no address."),
    "unreachable": _("The host cannot be reached."),
    "tls": _("The host could not prove who it is (TLS)."),
    "timeout": _("There was no answer in time."),
    "cut": _("The answer broke off."),
    "too_large": _("The answer was too large."),
}
# The field of the form that an outcome belongs to; the others belong to the address.
FIELD_OF: Final = {"key_refused": "secret", "model_unknown": "default_model"}
