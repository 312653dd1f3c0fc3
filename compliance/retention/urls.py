"""/retention/ and /api/v1/retention/"""

from django.urls import include, path

from compliance.retention.api import classes as class_api
from compliance.retention.api import runs as run_api
from compliance.retention.views import pages, runs

app_name = "retention"
one = [
    path("", runs.Detail.as_view(), name="run"),
    path("approval/", runs.Approval.as_view(), name="approval"),
    path("preview/", runs.Preview.as_view(), name="preview"),
    path("abortion/", runs.Abortion.as_view(), name="abortion"),
    path("resumption/", runs.Resumption.as_view(), name="resumption"),
    path("manifest/", runs.Manifest.as_view(), name="manifest"),
]
api_one = [
    path("", run_api.One.as_view(), name="api_run"),
    path("steps/", run_api.Steps.as_view(), name="api_steps"),
    path("approval/", run_api.Approval.as_view(), name="api_approval"),
    path("preview/", run_api.LookingAgain.as_view(), name="api_looking_again"),
    path("abortion/", run_api.Abortion.as_view(), name="api_abortion"),
    path("resumption/", run_api.Resumption.as_view(), name="api_resumption"),
    path("manifest/", run_api.Manifest.as_view(), name="api_manifest"),
]
urlpatterns = [
    path("retention/", pages.classes, name="list"),
    path("retention/new/", pages.New.as_view(), name="new"),
    path("retention/gauges/", pages.Gauges.as_view(), name="gauges"),
    path("retention/switch/", pages.Switch.as_view(), name="switch"),
    path("retention/classes/<slug:class_name>/", pages.Period.as_view(), name="period"),
    path("retention/runs/", runs.runs, name="runs"),
    path("retention/runs/new/", runs.New.as_view(), name="new_run"),
    path("retention/runs/<uuid:run_id>/", include(one)),
    path("api/v1/retention/classes/", class_api.Classes.as_view(), name="api_classes"),
    path("api/v1/retention/classes/<slug:class_name>/", class_api.Class.as_view(), name="api_class"),
    path("api/v1/retention/preview/", class_api.Preview.as_view(), name="api_preview"),
    path("api/v1/retention/gauges/", class_api.Gauges.as_view(), name="api_gauges"),
    path("api/v1/retention/switch/", class_api.Switch.as_view(), name="api_switch"),
    path("api/v1/retention/runs/", run_api.Runs.as_view(), name="api_runs"),
    path("api/v1/retention/runs/<uuid:run_id>/", include(api_one)),
]
