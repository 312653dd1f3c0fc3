"""/assistants/ and /api/v1/assistants/"""

from django.urls import include, path

from accounts.grants import api as grants
from accounts.grants.views import tab
from assistants.catalog.api import assistants as api
from assistants.catalog.api import history as api_history
from assistants.catalog.api import purposes as api_purposes
from assistants.catalog.rules import permits
from assistants.catalog.views import base, bulk, drafting, history, listing, overview, purposes, testing

app_name = "catalog"
one = [
    path("", overview.Detail.as_view(), name="detail"),
    path("description/", overview.Description.as_view(), name="description"),
    path("suspension/", overview.Suspension.as_view(), name="suspension"),
    path("resumption/", overview.Resumption.as_view(), name="resumption"),
    path("content-storage/", overview.ContentStorage.as_view(), name="content_storage"),
    path("archival/", overview.Archival.as_view(), name="archival"),
    path("restoration/", overview.Restoration.as_view(), name="restoration"),
    path("keys/", overview.Keys.as_view(), name="keys"),
    path("purposes/", purposes.Purposes.as_view(), name="purposes"),
    path("purposes/<uuid:binding_id>/removal/", purposes.PurposeRemoval.as_view(), name="purpose_removal"),
    path("storage/", purposes.Storage.as_view(), name="storage"),
    path("draft/", drafting.Draft.as_view(), name="draft"),
    path("publication/", drafting.Publication.as_view(), name="publication"),
    path("guards/", drafting.Guards.as_view(), name="guards"),
    path("cases/", testing.Cases.as_view(), name="cases"),
    path("cases/<uuid:case_id>/removal/", testing.CaseRemoval.as_view(), name="case_removal"),
    path("versions/", history.Versions.as_view(), name="versions"),
    path("versions/<int:number>/", history.Version.as_view(), name="version"),
    path("versions/<int:number>/rollback/", history.Rollback.as_view(), name="rollback"),
    path("comparison/", history.Comparison.as_view(), name="comparison"),
    *tab.pages(
        "assistant", "assistant_id", namespace="catalog", see=permits.VIEW, share=permits.SHARE, frame=base.framed,
        base="assistants/catalog/one.html",
    ),
]  # fmt: skip
api_one = [
    path("", api.One.as_view(), name="api_assistant"),
    path("draft/", api.Draft.as_view(), name="api_draft"),
    path("suspension/", api.Suspension.as_view(), name="api_suspension"),
    path("archival/", api.Archival.as_view(), name="api_archival"),
    path("versions/", api_history.Versions.as_view(), name="api_versions"),
    path("versions/<int:number>/", api_history.Version.as_view(), name="api_version"),
    path("publications/", api_history.Publications.as_view(), name="api_publications"),
    path("purposes/", api_purposes.Purposes.as_view(), name="api_purposes"),
    path("purposes/<uuid:binding_id>/", api_purposes.Purpose.as_view(), name="api_purpose"),
    path("storage/", api_purposes.Storage.as_view(), name="api_storage"),
    path("consents/", api_purposes.Consents.as_view(), name="api_consents"),
    *grants.pages("assistant", "assistant_id", see=permits.VIEW, share=permits.SHARE),
]
urlpatterns = [
    path("assistants/", listing.listing, name="list"),
    path("assistants/suspensions/", bulk.Suspensions.as_view(), name="suspensions"),
    path("assistants/new/", listing.New.as_view(), name="new"),
    path("assistants/consents/", purposes.consents, name="consents"),
    path("assistants/<uuid:assistant_id>/", include(one)),
    path("api/v1/assistants/", api.Assistants.as_view(), name="api_assistants"),
    path("api/v1/assistants/<uuid:assistant_id>/", include(api_one)),
]
