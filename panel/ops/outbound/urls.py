"""/mail/"""

from django.urls import path

from panel.ops.outbound import outbox, server

urlpatterns = [
    path("mail/", outbox.outbox, name="outbox"),
    path("mail/settings/", server.Server.as_view(), name="mail"),
    path("mail/settings/test/", server.Trial.as_view(), name="mail_test"),
    path("mail/settings/removal/", server.Removal.as_view(), name="mail_removal"),
    path("mail/letters/", server.Letters.as_view(), name="letters"),
    path("mail/letters/<slug:name>/", server.OneLetter.as_view(), name="letter"),
    path("mail/letters/<slug:name>/html/", server.LetterHtml.as_view(), name="letter_html"),
    path("mail/<uuid:message_id>/", outbox.OneMessage.as_view(), name="message"),
    path("mail/<uuid:message_id>/content/", outbox.Content.as_view(), name="message_content"),
    path("mail/<uuid:message_id>/retrying/", outbox.Retrying.as_view(), name="message_retrying"),
    path("mail/<uuid:message_id>/cancelling/", outbox.Cancelling.as_view(), name="message_cancelling"),
]
