"""/policies/, /api/v1/policies/ and what everybody may read under /privacy/policies/"""

from django.urls import include, path

from compliance.policies import api
from compliance.policies.views import keeping, lists, public, reading

app_name = "policies"
one = [
    path("", keeping.Detail.as_view(), name="detail"),
    path("edit/", keeping.Edit.as_view(), name="edit"),
    path("settings/", keeping.Settings.as_view(), name="settings"),
    path("publication/", keeping.Publication.as_view(), name="publication"),
    path("archive/", keeping.Archive.as_view(), name="archive"),
    path("acceptances/", lists.acceptances, name="acceptances"),
    path("versions/<int:number>/", keeping.Version.as_view(), name="version"),
]
endpoints = [
    path("", api.Policies.as_view(), name="api_policies"),
    path("<uuid:policy_id>/", api.One.as_view(), name="api_policy"),
    path("<uuid:policy_id>/draft/", api.Draft.as_view(), name="api_draft"),
    path("<uuid:policy_id>/publication/", api.Publication.as_view(), name="api_publication"),
    path("<uuid:policy_id>/versions/", api.Versions.as_view(), name="api_versions"),
    path("<uuid:policy_id>/acceptances/", api.Acceptances.as_view(), name="api_acceptances"),
]
urlpatterns = [
    path("policies/", lists.policies, name="list"),
    path("policies/new/", keeping.New.as_view(), name="new"),
    path("policies/mine/", reading.Mine.as_view(), name="mine"),
    path("policies/mine/<slug:slug>/", reading.Read.as_view(), name="read"),
    path("policies/<uuid:policy_id>/", include(one)),
    path("api/v1/policies/", include(endpoints)),
    path("privacy/policies/", public.Policies.as_view(), name="public"),
    path("privacy/policies/<slug:slug>/", public.Current.as_view(), name="public_current"),
    path("privacy/policies/<slug:slug>/<int:number>/", public.Old.as_view(), name="public_version"),
    path(".well-known/gpc.json", public.gpc, name="gpc"),
]
