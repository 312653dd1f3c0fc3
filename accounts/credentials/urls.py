"""/keys/ and /api/v1/keys/"""

from django.urls import path

from accounts.credentials import api
from accounts.credentials.views import bulk, listing
from accounts.credentials.views import pages as views

app_name = "credentials"
urlpatterns = [
    path("keys/", listing.keys, name="list"),
    path("keys/new/", views.New.as_view(), name="new"),
    path("keys/new-management/", views.NewManagement.as_view(), name="new_management"),
    path("keys/revocations/", bulk.Revocations.as_view(), name="revocations"),
    path("keys/<uuid:api_key_id>/", views.Detail.as_view(), name="detail"),
    path("keys/<uuid:api_key_id>/revocation/", views.Revocation.as_view(), name="revocation"),
    path("keys/<uuid:api_key_id>/rotation/", views.Rotation.as_view(), name="rotation"),
    path("keys/<uuid:api_key_id>/old-secret/", views.OldSecret.as_view(), name="old_secret"),
    path("api/v1/keys/", api.Keys.as_view(), name="api_keys"),
    path("api/v1/keys/<uuid:api_key_id>/", api.Key.as_view(), name="api_key"),
    path("api/v1/keys/<uuid:api_key_id>/revocation/", api.Revocation.as_view(), name="api_revocation"),
    path("api/v1/keys/<uuid:api_key_id>/rotation/", api.Rotation.as_view(), name="api_rotation"),
]
