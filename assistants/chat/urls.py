"""/chat/<assistant>/ for people who talk; a tab of the assistant and a report for those who run it."""

from django.urls import include, path

from assistants.chat.views import entering, keeping, own, talk

app_name = "chat"
one = [
    path("", talk.Talk.as_view(), name="talk"),
    path("opening/", talk.Opening.as_view(), name="opening"),
    path("tickets/", talk.Tickets.as_view(), name="tickets"),
    path("embed/", entering.Frame.as_view(), name="frame"),
    path("history/", own.History.as_view(), name="history"),
    path("history/<uuid:chat_id>/", talk.Chatting.as_view(), name="chat"),
    path("history/<uuid:chat_id>/removal/", own.Removal.as_view(), name="removal"),
    path("feedback/<uuid:turn_id>/", own.Feedback.as_view(), name="feedback"),
    path("contact/", own.Contact.as_view(), name="contact"),
    path("data/", own.Data.as_view(), name="data"),
    path("data/receipts/<uuid:record_id>/", own.Receipt.as_view(), name="receipt"),
    path("data/export/", own.Export.as_view(), name="export"),
    path("data/removal/", own.Forgetting.as_view(), name="forgetting"),
]
kept = [
    path("", keeping.Setting.as_view(), name="setting"),
    path("invitations/", keeping.Invitations.as_view(), name="invitations"),
    path("invitations/<uuid:chat_invitation_id>/end/", keeping.InvitationEnd.as_view(), name="invitation_end"),
    path("notes/", keeping.Notes.as_view(), name="notes"),
    path("notes/<uuid:note_id>/end/", keeping.NoteEnd.as_view(), name="note_end"),
]
urlpatterns = [
    path("chat/<slug:slug>/", include(one)),
    path("chat-invitation/<str:token>/", entering.Invited.as_view(), name="invited"),
    path("assistants/<uuid:assistant_id>/chat/", include(kept)),
    path("ai-disclosure/", keeping.coverage, name="coverage"),
]
