"""/secrets/ and /api/v1/secrets/"""

from django.urls import include, path

from accounts.grants import api as grants
from accounts.grants.views import tab
from assistants.vault import api, rules, views

app_name = "vault"
one = [
    path("", api.One.as_view(), name="api_secret"),
    path("rotation/", api.Rotation.as_view(), name="api_rotation"),
    path("suspension/", api.Suspension.as_view(), name="api_suspension"),
    path("destruction/", api.Destruction.as_view(), name="api_destruction"),
    path("versions/", api.Versions.as_view(), name="api_versions"),
    path("bindings/", api.Bindings.as_view(), name="api_bindings"),
    path("bindings/<slug:kind>/<uuid:user_id>/", api.Binding.as_view(), name="api_binding"),
    *grants.pages("secret", "secret_id", see=rules.VIEW, share=rules.SHARE),
]
shared = tab.pages(
    "secret", "secret_id", namespace="vault", see=rules.VIEW, share=rules.SHARE, frame=views.framed,
    base="assistants/vault/one.html",
)  # fmt: skip
urlpatterns = [
    path("secrets/", views.secrets, name="list"),
    path("secrets/new/", views.New.as_view(), name="new"),
    path("secrets/<uuid:secret_id>/", views.Detail.as_view(), name="detail"),
    path("secrets/<uuid:secret_id>/rotation/", views.Rotation.as_view(), name="rotation"),
    path("secrets/<uuid:secret_id>/suspension/", views.Suspension.as_view(), name="suspension"),
    path("secrets/<uuid:secret_id>/resumption/", views.Resumption.as_view(), name="resumption"),
    path("secrets/<uuid:secret_id>/destruction/", views.Destruction.as_view(), name="destruction"),
    path("secrets/<uuid:secret_id>/bindings/", views.Bindings.as_view(), name="bindings"),
    path(
        "secrets/<uuid:secret_id>/bindings/<slug:kind>/<uuid:user_id>/removal/",
        views.Unbinding.as_view(),
        name="unbinding",
    ),
    path("secrets/<uuid:secret_id>/", include(shared)),
    path("api/v1/secrets/", api.Secrets.as_view(), name="api_secrets"),
    path("api/v1/secrets/<uuid:secret_id>/", include(one)),
]
