"""/traces/, their API, and the playground of an assistant."""

from django.urls import path

from assistants.gateway import api
from assistants.gateway.views import detail, kept, playground, traces

app_name = "gateway"
urlpatterns = [
    path("assistants/<uuid:assistant_id>/playground/", playground.Playground.as_view(), name="playground"),
    path(
        "assistants/<uuid:assistant_id>/playground/tickets/",
        playground.Tickets.as_view(),
        name="playground_tickets",
    ),
    path("assistants/<uuid:assistant_id>/playground/cases/", playground.Cases.as_view(), name="playground_cases"),
    path("privacy/kept/", kept.Kept.as_view(), name="kept"),
    path("traces/", traces.traces, name="traces"),
    path("traces/<uuid:call_id>/", detail.Detail.as_view(), name="trace"),
    path("traces/<uuid:call_id>/reveal/", detail.Reveal.as_view(), name="reveal"),
    path("api/v1/traces/", api.Traces.as_view(), name="api-traces"),
    path("api/v1/traces/<uuid:call_id>/", api.Trace.as_view(), name="api-trace"),
]
