"""/reports/ and /api/v1/reports/"""

from django.urls import include, path

from compliance.reports import api, views

app_name = "reports"
endpoints = [
    path("", api.Reports.as_view(), name="api_reports"),
    path("kinds/", api.Kinds.as_view(), name="api_kinds"),
    path("<uuid:report_id>/", api.One.as_view(), name="api_report"),
    path("<uuid:report_id>/bundle/", api.Bundle.as_view(), name="api_bundle"),
]
urlpatterns = [
    path("reports/", views.listing, name="list"),
    path("reports/new/", views.New.as_view(), name="new"),
    path("reports/<uuid:report_id>/<slug:part>/", views.Taking.as_view(), name="taking"),
    path("api/v1/reports/", include(endpoints)),
]
