"""/requests/, /privacy/requests/ and /api/v1/requests/"""

from django.urls import include, path

from compliance.requests import api
from compliance.requests.views import answering, carrying, centre, exempting, keeping, lists, pages

app_name = "requests"
one = [
    path("", pages.Detail.as_view(), name="detail"),
    path("taking/", pages.Taking.as_view(), name="taking"),
    path("assignment/", pages.Assignment.as_view(), name="assignment"),
    path("challenge/", pages.Challenge.as_view(), name="challenge"),
    path("identity/", pages.Identity.as_view(), name="identity"),
    path("extension/", pages.Extension.as_view(), name="extension"),
    path("denial/", pages.Denial.as_view(), name="denial"),
    path("message/", pages.Message.as_view(), name="message"),
    path("note/", pages.Note.as_view(), name="note"),
    path("answer/", answering.Answer.as_view(), name="answer"),
    path("copy/", carrying.Packing.as_view(), name="packing"),
    path("erasure/", answering.Erasure.as_view(), name="erasure"),
    path("correction/", answering.Correction.as_view(), name="correction"),
    path("link/", pages.Linking.as_view(), name="linking"),
    path("exemptions/", exempting.Exemptions.as_view(), name="exemptions"),
    path("exemptions/<uuid:exemption_id>/removal/", exempting.Inclusion.as_view(), name="inclusion"),
    path("ending/", answering.Ending.as_view(), name="ending"),
    path("lifting/", carrying.Lifting.as_view(), name="lifting"),
    path("document/", carrying.Document.as_view(), name="document"),
    path("retry/", carrying.Retry.as_view(), name="retry"),
    path("certificate/", carrying.Certificate.as_view(), name="certificate"),
]
mine = [
    path("", centre.One.as_view(), name="one"),
    path("confirmation/", centre.Confirmation.as_view(), name="confirmation"),
    path("withdrawal/", centre.Withdrawal.as_view(), name="withdrawal"),
    path("messages/", centre.Message.as_view(), name="write"),
    path("appeal/", centre.Appeal.as_view(), name="appeal"),
    path("copy/", centre.Copy.as_view(), name="copy"),
]
urlpatterns = [
    path("requests/", lists.listing, name="list"),
    path("requests/new/", keeping.New.as_view(), name="new"),
    path("requests/deadlines/", keeping.Deadlines.as_view(), name="deadlines"),
    path("requests/deadlines/<slug:name>/", keeping.Clock.as_view(), name="clock"),
    path("requests/holidays/", keeping.NewHoliday.as_view(), name="holiday"),
    path("requests/holidays/<str:day>/removal/", keeping.NoHoliday.as_view(), name="no_holiday"),
    path("requests/<uuid:request_id>/", include(one)),
    path("privacy/requests/", centre.Mine.as_view(), name="mine"),
    path("privacy/requests/new/", centre.Ask.as_view(), name="ask"),
    path("privacy/requests/<uuid:request_id>/", include(mine)),
    path("privacy/certificates/<str:token>/", centre.Certificate.as_view(), name="public_certificate"),
    path("api/v1/requests/", api.Requests.as_view(), name="api_requests"),
    path("api/v1/requests/numbers/", api.Numbers.as_view(), name="api_numbers"),
    path("api/v1/requests/<uuid:request_id>/", api.OneRequest.as_view(), name="api_request"),
]
