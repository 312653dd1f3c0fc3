"""/keys/ and /api/v1/keys/"""

from django.urls import path

from accounts.credentials.api import keys as api
from accounts.credentials.api import services as service_api
from accounts.credentials.views import bulk, leaks, listing, oauth, rules, services
from accounts.credentials.views import pages as views

app_name = "credentials"
urlpatterns = [
    path("keys/", listing.keys, name="list"),
    path("keys/new/", views.New.as_view(), name="new"),
    path("keys/new-management/", views.NewManagement.as_view(), name="new_management"),
    path("keys/new-client/", views.NewClient.as_view(), name="new_client"),
    path("keys/policy/", rules.Policy.as_view(), name="policy"),
    path("keys/signers/", rules.Signers.as_view(), name="signers"),
    path("keys/leaks/", leaks.Leaks.as_view(), name="leaks"),
    path("keys/leaks/revocation/", leaks.Revocation.as_view(), name="leaks_revocation"),
    path("keys/revocations/", bulk.Revocations.as_view(), name="revocations"),
    path("keys/<uuid:api_key_id>/", views.Detail.as_view(), name="detail"),
    path("keys/<uuid:api_key_id>/revocation/", views.Revocation.as_view(), name="revocation"),
    path("keys/<uuid:api_key_id>/rotation/", views.Rotation.as_view(), name="rotation"),
    path("keys/<uuid:api_key_id>/old-secret/", views.OldSecret.as_view(), name="old_secret"),
    path("service-accounts/", services.listing, name="services"),
    path("service-accounts/new/", services.New.as_view(), name="new_service"),
    path("service-accounts/<uuid:service_id>/", services.Detail.as_view(), name="service"),
    path("service-accounts/<uuid:service_id>/handover/", services.Handover.as_view(), name="handover"),
    path("service-accounts/<uuid:service_id>/closing/", services.Closing.as_view(), name="closing"),
    path("oauth/token", oauth.Token.as_view(), name="oauth_token"),
    path("oauth/revoke", oauth.Revocation.as_view(), name="oauth_revocation"),
    path("oauth/jwks", oauth.jwks, name="jwks"),
    path(".well-known/oauth-authorization-server", oauth.metadata, name="oauth_metadata"),
    path(".well-known/secret-pattern", oauth.pattern, name="pattern"),
    path("api/v1/service-accounts/", service_api.Services.as_view(), name="api_services"),
    path("api/v1/service-accounts/<uuid:service_id>/", service_api.One.as_view(), name="api_service"),
    path("api/v1/service-accounts/<uuid:service_id>/handover/", service_api.Handover.as_view(), name="api_handover"),
    path("api/v1/service-accounts/<uuid:service_id>/closing/", service_api.Closing.as_view(), name="api_closing"),
    path("api/v1/keys/", api.Keys.as_view(), name="api_keys"),
    path("api/v1/keys/<uuid:api_key_id>/", api.Key.as_view(), name="api_key"),
    path("api/v1/keys/<uuid:api_key_id>/revocation/", api.Revocation.as_view(), name="api_revocation"),
    path("api/v1/keys/<uuid:api_key_id>/rotation/", api.Rotation.as_view(), name="api_rotation"),
]
