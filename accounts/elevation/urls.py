"""/access/requests/, /access/roles/, /access/emergencies/"""

from django.urls import path

from accounts.elevation import api
from accounts.elevation.views import emergencies, pages, roles

app_name = "elevation"
urlpatterns = [
    path("access/requests/", pages.listing, name="requests"),
    path("access/requests/asking/", pages.Asking.as_view(), name="asking"),
    path("access/requests/<uuid:asked_id>/", pages.Request.as_view(), name="request"),
    path("access/requests/<uuid:asked_id>/approval/", pages.Approval.as_view(), name="approval"),
    path("access/requests/<uuid:asked_id>/declining/", pages.Declining.as_view(), name="declining"),
    path("access/requests/<uuid:asked_id>/withdrawal/", pages.Withdrawal.as_view(), name="withdrawal"),
    path("access/roles/", roles.AskRole.as_view(), name="roles"),
    path("access/emergencies/", emergencies.Emergencies.as_view(), name="emergencies"),
    path("access/emergencies/named/", emergencies.Naming.as_view(), name="naming"),
    path("access/emergencies/named/<uuid:eligible_id>/ending/", emergencies.Unnaming.as_view(), name="unnaming"),
    path("access/emergencies/<uuid:glass_id>/", emergencies.Detail.as_view(), name="glass"),
    path("access/emergencies/<uuid:glass_id>/ending/", emergencies.Ending.as_view(), name="glass_ending"),
    path("access/emergencies/<uuid:glass_id>/review/", emergencies.Reviewing.as_view(), name="glass_review"),
    path("api/v1/access-requests/", api.Requests.as_view(), name="api_requests"),
    path("api/v1/access-requests/<uuid:asked_id>/", api.OneRequest.as_view(), name="api_request"),
    path("api/v1/access-requests/<uuid:asked_id>/approval/", api.Approval.as_view(), name="api_approval"),
    path("api/v1/access-requests/<uuid:asked_id>/declining/", api.Declining.as_view(), name="api_declining"),
    path("api/v1/access-requests/<uuid:asked_id>/withdrawal/", api.Withdrawal.as_view(), name="api_withdrawal"),
    path("api/v1/elevations/", api.Elevations.as_view(), name="api_elevations"),
    path("api/v1/emergencies/", api.Emergencies.as_view(), name="api_emergencies"),
    path("api/v1/emergencies/<uuid:glass_id>/ending/", api.Ending.as_view(), name="api_glass_ending"),
    path("api/v1/emergencies/<uuid:glass_id>/review/", api.Review.as_view(), name="api_glass_review"),
]
