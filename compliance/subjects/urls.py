"""/privacy/, /subjects/ and /api/v1/subjects/"""

from django.urls import path

from compliance.subjects import api
from compliance.subjects.views import centre, people

app_name = "subjects"
urlpatterns = [
    path("privacy/", centre.Centre.as_view(), name="centre"),
    path("privacy/proof/", centre.Proving.as_view(), name="proving"),
    path("privacy/link/<str:token>/", centre.ProofLink.as_view(), name="link"),
    path("privacy/mine/", centre.Mine.as_view(), name="mine"),
    path("privacy/mine/account/", centre.Joining.as_view(), name="joining"),
    path("privacy/language/", centre.Language.as_view(), name="language"),
    path("privacy/leaving/", centre.Leaving.as_view(), name="leaving"),
    path("subjects/", people.listing, name="subjects"),
    path("subjects/<uuid:subject_id>/", people.Detail.as_view(), name="subject"),
    path("subjects/<uuid:subject_id>/reveal/", people.Reveal.as_view(), name="reveal"),
    path("subjects/<uuid:subject_id>/merge/", people.Merge.as_view(), name="merge"),
    path("subjects/<uuid:subject_id>/split/", people.Split.as_view(), name="split"),
    path("api/v1/subjects/", api.Subjects.as_view(), name="api_subjects"),
    path("api/v1/subjects/links/", api.Links.as_view(), name="api_links"),
    path("api/v1/subjects/<uuid:subject_id>/", api.OneSubject.as_view(), name="api_subject"),
]
