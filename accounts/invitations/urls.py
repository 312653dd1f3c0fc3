"""/people/new/, /people/invitations/, /people/import/, guests."""

from django.urls import path

from accounts.invitations import api
from accounts.invitations.views import guests, importing, inviting

app_name = "invitations"
urlpatterns = [
    path("people/new/", inviting.New.as_view(), name="new"),
    path("people/invitations/", inviting.listing, name="list"),
    path("people/invitations/<uuid:invitation_id>/", inviting.One.as_view(), name="invitation"),
    path("people/invitations/<uuid:invitation_id>/sending/", inviting.Sending.as_view(), name="sending"),
    path("people/invitations/<uuid:invitation_id>/withdrawal/", inviting.Withdrawal.as_view(), name="withdrawal"),
    path("teams/<uuid:team_id>/invitations/new/", inviting.IntoTeam.as_view(), name="into_team"),
    path("people/guests/new/", guests.New.as_view(), name="guest"),
    path("people/<uuid:user_id>/visit/", guests.Visit.as_view(), name="visit"),
    path("people/file/", importing.File.as_view(), name="file"),
    path("people/import/", importing.Import.as_view(), name="import"),
    path("api/v1/invitations/", api.Invitations.as_view(), name="api_invitations"),
    path("api/v1/invitations/<uuid:invitation_id>/", api.One.as_view(), name="api_invitation"),
    path("api/v1/invitations/<uuid:invitation_id>/sending/", api.Sending.as_view(), name="api_sending"),
    path("api/v1/invitations/<uuid:invitation_id>/withdrawal/", api.Withdrawal.as_view(), name="api_withdrawal"),
    path("api/v1/guests/", api.Guests.as_view(), name="api_guests"),
    path("api/v1/guests/<uuid:user_id>/", api.Visit.as_view(), name="api_visit"),
]
