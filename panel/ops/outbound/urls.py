"""/mail/, /webhooks/ and /api/v1/webhooks/"""

from django.urls import include, path

from panel.ops.outbound import api, outbox, server, webhook, webhooks

one = [
    path("", webhook.Detail.as_view(), name="webhook"),
    path("change/", webhook.Change.as_view(), name="webhook_change"),
    path("rotation/", webhook.Rotation.as_view(), name="webhook_rotation"),
    path("pause/", webhook.Pause.as_view(), name="webhook_pause"),
    path("test/", webhook.Trial.as_view(), name="webhook_test"),
    path("removal/", webhook.Removal.as_view(), name="webhook_removal"),
    path("deliveries/<uuid:delivery_id>/replay/", webhook.Replay.as_view(), name="webhook_replay"),
]
api_one = [
    path("", api.One.as_view(), name="api_webhook"),
    path("rotation/", api.Rotation.as_view(), name="api_webhook_rotation"),
    path("pause/", api.Pause.as_view(), name="api_webhook_pause"),
    path("resumption/", api.Resumption.as_view(), name="api_webhook_resumption"),
    path("test/", api.Trial.as_view(), name="api_webhook_test"),
    path("deliveries/", api.Deliveries.as_view(), name="api_deliveries"),
    path("deliveries/<uuid:delivery_id>/replay/", api.Replay.as_view(), name="api_replay"),
]

urlpatterns = [
    path("webhooks/", webhooks.listing, name="webhooks"),
    path("webhooks/new/", webhooks.New.as_view(), name="new_webhook"),
    path("webhooks/<uuid:endpoint_id>/", include(one)),
    path("api/v1/webhooks/", api.Endpoints.as_view(), name="api_webhooks"),
    path("api/v1/webhooks/<uuid:endpoint_id>/", include(api_one)),
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
