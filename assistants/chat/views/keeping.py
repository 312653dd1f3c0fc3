"""Pages of those who run a chat: its settings and links on a tab of the assistant, what people wrote, the report."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access import services as access_verbs
from accounts.access.rules import door, door_of
from assistants.catalog.models import Assistant
from assistants.catalog.queries import assistants, parts, tabs
from assistants.catalog.rules import permits as catalog
from assistants.chat import forms
from assistants.chat.queries import keeping, visits
from assistants.chat.rules import permits
from assistants.chat.rules.chats import NOTE_NAMES, NoteKind
from assistants.chat.services import inviting, setting, voicing
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Memory, Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page


class OfAssistant(Page):
    """An assistant that the actor may not see is missing; where they lack the page's right it says so before the form."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        declared = door_of(type(self))
        permit = declared.permit_for("post" if request.method == "POST" else "get") if declared else None
        if permit and permit is not catalog.VIEW:
            access_verbs.require(self.actor, permit, self.assistant)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def assistant(self) -> Assistant:
        rows = assistants.visible_to(self.actor).select_related("live_version__provider", "team")
        found = rows.filter(id=self.kwargs["assistant_id"]).first()
        if found is None:
            raise Missing(_("There is no such assistant."))
        return found

    def url(self, name: str, *args: object) -> str:
        return reverse(f"chat:{name}", args=[self.assistant.id, *args])

    def context(self) -> dict[str, Any]:
        one, actor = self.assistant, self.actor
        return {
            "assistant": one,
            "state": "",
            "mark": "stopped" if one.state == "paused" else one.state,
            "may": {
                **assistants.rights(actor, one),
                "settle": access.can(actor, permits.SETTLE, one),
                "invite": access.can(actor, permits.INVITE, one),
                "read": access.can(actor, permits.READ, one),
            },
            "tabs": [
                {
                    "label": tab.label,
                    "url": reverse(tab.url_name, args=[one.id]),
                    "current": tab.url_name == "chat:setting",
                }
                for tab in tabs.shown(actor, one)
            ],
            **parts.trouble(actor, one),
        }


@door(catalog.VIEW, post=permits.SETTLE)
class Setting(OfAssistant, FormPage):
    edits = True
    form_class = forms.Setting
    template_name = "assistants/chat/keeping/setting.html"

    def initial(self) -> dict[str, Any]:
        row = visits.setting_of(self.assistant)
        if row is None:
            return {"revision": 0, "colour": "accent"}
        names = ("active", "members", "invited", "anyone", "name", "colour", "greeting", "contact", "revision")
        return {name: getattr(row, name) for name in names} | {"sites": "\n".join(row.sites), "texts": row.files}

    def context(self) -> dict[str, Any]:
        one = self.assistant
        row = visits.setting_of(one)
        page = settings.BASE_URL + reverse("chat:talk", args=[one.slug])
        script = f"{settings.BASE_URL}{settings.STATIC_URL}js/widget.js"
        return {
            **super().context(),
            "setting": row,
            "page": page,
            "tag": f'<script src="{script}" data-assistant="{one.slug}" async></script>',
            "invitations": [(each, str(each.label)) for each in keeping.invitations(one)] if self._may_invite() else [],
            "ratings": keeping.ratings(one),
            "notes": keeping.notes(one).filter(done_at__isnull=True).count(),
            "invite": forms.Invite(prefix="invite"),
        }

    def _may_invite(self) -> bool:
        return access.can(self.actor, permits.INVITE, self.assistant)

    def perform(self, form: Any) -> str:
        given = {**form.cleaned_data}
        revision, files = given.pop("revision"), given.pop("texts")
        setting.settle(
            actor=self.actor,
            assistant=self.assistant,
            wanted=setting.Wanted(**given, files=files),
            revision=revision,
            at=self.at,
        )
        self.tell(_("Saved. It holds for the next page that somebody opens."))
        return self.url("setting")


@door(permits.INVITE)
class Invitations(OfAssistant, FormPage):
    """A new link, which is shown once."""

    form_class = forms.Invite
    template_name = "assistants/chat/keeping/invite.html"

    def perform(self, form: Any) -> HttpResponseBase:
        row, url = inviting.invite(actor=self.actor, assistant=self.assistant, at=self.at, **form.cleaned_data)
        self.template_name = "assistants/chat/keeping/link.html"
        return self.show(link=url, until=row.expires_at, back=self.url("setting"))


@door(permits.INVITE)
class InvitationEnd(OfAssistant, Act):
    def perform(self) -> Text:
        row = keeping.invitation(self.assistant, self.kwargs["chat_invitation_id"])
        inviting.end(actor=self.actor, invitation=row, at=self.at)
        return _("The link opens nothing any more, and who came by it is out.")

    def back(self) -> str:
        return self.url("setting")


@door(permits.READ)
class Notes(OfAssistant):
    """What people wrote, newest first; opened for this page only."""

    template_name = "assistants/chat/keeping/notes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        page = ListPage(
            request, Rows(keeping.notes(self.assistant)), self._columns(), sort="-at", filters=FILTERS,
            empty=Empty(gettext_lazy("Nobody wrote yet"), gettext_lazy("Messages to a person, and words on answers.")),
            csv_name="chat-notes",
        )  # fmt: skip
        return answer(request, self.template_name, page, self.context())

    def _columns(self) -> list[Column]:
        return [
            Column("words", gettext_lazy("Words"), value=keeping.words_of, cell="title", card="title", csv=False,
                   second=keeping.reply_of),
            Column("kind", gettext_lazy("What"), value=lambda row: NOTE_NAMES[NoteKind(row.kind)]),
            Column("rating", gettext_lazy("Thumb"), value=lambda row: RATINGS.get(row.turn.rating, "") if row.turn else ""),
            Column("at", gettext_lazy("When"), cell="ago", sort="at", numeric=True),
            Column("done_at", gettext_lazy("Done"), cell="assistants/chat/keeping/cells.html#done", card="state",
                   value=lambda row: row.done_at),
        ]  # fmt: skip


@door(permits.READ)
class NoteEnd(OfAssistant, Act):
    def perform(self) -> Text:
        voicing.finish(actor=self.actor, note=keeping.note(self.assistant, self.kwargs["note_id"]), at=self.at)
        return _("Done.")

    def back(self) -> str:
        return self.url("notes")


RATINGS: dict[int | None, Text] = {1: gettext_lazy("Good"), -1: gettext_lazy("Not good")}
FILTERS = [
    Filter("kind", gettext_lazy("What"), [(one.value, name) for one, name in NOTE_NAMES.items()],
           lambda rows, one: rows.filter(kind=one)),
    Filter("open", gettext_lazy("Done"), [("no", gettext_lazy("Not yet")), ("yes", gettext_lazy("Done"))],
           lambda rows, one: rows.filter(done_at__isnull=one == "no")),
]  # fmt: skip
COVERED = [
    Column("name", gettext_lazy("Assistant"), cell="title", sort="name", card="title",
           url=lambda row: reverse("chat:setting", args=[row.pk])),
    Column("active", gettext_lazy("Chat"), value=lambda row: _("Open") if row.active else _("Closed"), card="state"),
    Column("sessions", gettext_lazy("Sessions"), sort="sessions", numeric=True),
    Column("told", gettext_lazy("Told that an AI answers"), sort="told", numeric=True),
    Column("spoke", gettext_lazy("Said something"), sort="spoke", numeric=True),
    Column("untold", gettext_lazy("Answered before they were told"), sort="untold", numeric=True),
    Column("since", gettext_lazy("Since"), cell="ago", numeric=True),
]  # fmt: skip


@door(permits.COVER)
def coverage(request: HttpRequest) -> HttpResponseBase:
    """Who was told that an AI answers (EU AI Act, Art. 50), assistant by assistant."""
    rows = keeping.coverage(actor_of(request))
    page = ListPage(
        request, Memory(rows, lambda row: row.name), COVERED, sort="name", searchable=gettext_lazy("Search by name"),
        empty=Empty(gettext_lazy("No assistant has a chat"),
                    gettext_lazy("An owner opens one on the assistant's tab “Chat”. Each session is counted here.")),
        csv_name="ai-disclosure",
    )  # fmt: skip
    return answer(request, "assistants/chat/keeping/coverage.html", page, {})
