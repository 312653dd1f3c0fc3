"""/consent/, /api/v1/purposes/ and /api/v1/consents/"""

from django.urls import include, path

from compliance.consent import api
from compliance.consent.views import choices, keeping, lists

app_name = "consent"
one = [
    path("", keeping.Detail.as_view(), name="detail"),
    path("words/", keeping.Rewrite.as_view(), name="words"),
    path("settings/", keeping.Settings.as_view(), name="settings"),
    path("retirement/", keeping.Retirement.as_view(), name="retirement"),
    path("documents/", keeping.Document.as_view(), name="document"),
]
urlpatterns = [
    path("consent/", lists.purposes, name="list"),
    path("consent/new/", keeping.New.as_view(), name="new"),
    path("consent/records/", lists.records, name="records"),
    path("consent/<uuid:purpose_id>/", include(one)),
    path("privacy/choices/", choices.Choices.as_view(), name="choices"),
    path("privacy/choices/<slug:slug>/", choices.Choice.as_view(), name="choice"),
    path("privacy/choices/receipts/<uuid:record_id>/", choices.Receipt.as_view(), name="receipt"),
    path("api/v1/purposes/", api.Purposes.as_view(), name="api_purposes"),
    path("api/v1/purposes/<uuid:purpose_id>/", api.One.as_view(), name="api_purpose"),
    path("api/v1/purposes/<uuid:purpose_id>/words/", api.WordsView.as_view(), name="api_words"),
    path("api/v1/purposes/<uuid:purpose_id>/retirement/", api.Retirement.as_view(), name="api_retirement"),
    path("api/v1/consents/records/", api.Records.as_view(), name="api_records"),
]
