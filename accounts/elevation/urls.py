"""/access/requests/"""

from django.urls import path

from accounts.elevation.views import pages

app_name = "elevation"
urlpatterns = [
    path("access/requests/", pages.listing, name="requests"),
    path("access/requests/asking/", pages.Asking.as_view(), name="asking"),
    path("access/requests/<uuid:asked_id>/", pages.Request.as_view(), name="request"),
    path("access/requests/<uuid:asked_id>/approval/", pages.Approval.as_view(), name="approval"),
    path("access/requests/<uuid:asked_id>/declining/", pages.Declining.as_view(), name="declining"),
    path("access/requests/<uuid:asked_id>/withdrawal/", pages.Withdrawal.as_view(), name="withdrawal"),
]
