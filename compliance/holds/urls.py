"""/holds/ and /api/v1/holds/"""

from django.urls import include, path

from compliance.holds import api
from compliance.holds.views import lists, pages

app_name = "holds"
one = [
    path("", pages.Detail.as_view(), name="detail"),
    path("widening/", pages.Widening.as_view(), name="widening"),
    path("release/", pages.Release.as_view(), name="release"),
    path("keeping/", pages.Keeping.as_view(), name="keeping"),
    path("discard/", pages.Discard.as_view(), name="discard"),
]
urlpatterns = [
    path("holds/", lists.holds, name="list"),
    path("holds/new/", pages.New.as_view(), name="new"),
    path("holds/attempts/", lists.attempts, name="attempts"),
    path("holds/<uuid:hold_id>/", include(one)),
    path("api/v1/holds/", api.Holds.as_view(), name="api_holds"),
    path("api/v1/holds/<uuid:hold_id>/", api.One.as_view(), name="api_hold"),
    path("api/v1/holds/attempts/", api.Attempts.as_view(), name="api_attempts"),
    path("api/v1/holds/<uuid:hold_id>/lines/", api.Lines.as_view(), name="api_lines"),
    path("api/v1/holds/<uuid:hold_id>/release/", api.Release.as_view(), name="api_release"),
    path("api/v1/holds/<uuid:hold_id>/keeping/", api.Keeping.as_view(), name="api_keeping"),
    path("api/v1/holds/<uuid:hold_id>/discard/", api.Discard.as_view(), name="api_discard"),
]
