"""/secrets/"""

from django.urls import path

from assistants.vault import views

app_name = "vault"
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
]
