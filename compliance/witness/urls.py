"""/witness/, and below it the protocol's own address."""

from django.urls import path

from compliance.witness import views

app_name = "witness"
urlpatterns = [
    path("witness/", views.listing, name="list"),
    path("witness/new/", views.New.as_view(), name="new"),
    path("witness/add-checkpoint", views.add_checkpoint, name="add_checkpoint"),
    path("witness/<uuid:witnessed_id>/removal/", views.Removal.as_view(), name="removal"),
]
