"""/traces/ and their API."""

from django.urls import path

from assistants.gateway import api
from assistants.gateway.views import traces

app_name = "gateway"
urlpatterns = [
    path("traces/", traces.traces, name="traces"),
    path("traces/<uuid:call_id>/", traces.Detail.as_view(), name="trace"),
    path("api/v1/traces/", api.Traces.as_view(), name="api-traces"),
    path("api/v1/traces/<uuid:call_id>/", api.Trace.as_view(), name="api-trace"),
]
