"""An administrator gives somebody a new one-time link. It is shown once."""

from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import MANAGE_PEOPLE, door
from accounts.people import queries as people
from accounts.people.models import User
from accounts.signin.rules import LINK_LIFE
from accounts.signin.services import links
from panel.kernel.errors import Missing
from panel.ui.pages import Page

TEMPLATE = "accounts/signin/invited.html"


def _shown(page: Page, user: User, token: str) -> HttpResponseBase:
    page.template_name = TEMPLATE
    url = f"{settings.BASE_URL}{reverse('signin:join', args=[token])}"
    return page.show(person=user, url=url, hours=int(LINK_LIFE.total_seconds() // 3600))


@door(MANAGE_PEOPLE)
class Invitation(Page):
    """POST: a new link; earlier ones end."""

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        raise Missing(_("Links are shown once, when they are made."))

    def post(self, *_args: Any, **kwargs: Any) -> HttpResponseBase:
        user = people.user(kwargs["user_id"])
        if user is None:
            raise Missing(_("There is no such person."))
        return _shown(self, user, links.renew(actor=self.actor, user=user, at=self.at))
