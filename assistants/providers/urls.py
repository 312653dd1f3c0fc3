"""/providers/ and /api/v1/providers/"""

from django.urls import path

from assistants.providers import api, views

app_name = "providers"
urlpatterns = [
    path("providers/", views.providers, name="list"),
    path("providers/new/", views.New.as_view(), name="new"),
    path("providers/hosts/", views.Hosts.as_view(), name="hosts"),
    path("providers/hosts/<uuid:host_id>/removal/", views.HostRemoval.as_view(), name="host-removal"),
    path("providers/<uuid:provider_id>/", views.Detail.as_view(), name="detail"),
    path("providers/<uuid:provider_id>/details/", views.Edit.as_view(), name="edit"),
    path("providers/<uuid:provider_id>/test/", views.Test.as_view(), name="test"),
    path("providers/<uuid:provider_id>/suspension/", views.Suspension.as_view(), name="suspension"),
    path("providers/<uuid:provider_id>/resumption/", views.Resumption.as_view(), name="resumption"),
    path("api/v1/providers/", api.Providers.as_view(), name="api-list"),
    path("api/v1/providers/<uuid:provider_id>/", api.OneProvider.as_view(), name="api-detail"),
    path("api/v1/providers/<uuid:provider_id>/test/", api.Test.as_view(), name="api-test"),
    path("api/v1/providers/<uuid:provider_id>/suspension/", api.Suspension.as_view(), name="api-suspension"),
]
