"""/approvals/, /api/v1/approvals/ and /api/v1/deputies/"""

from django.urls import path

from accounts.approvals.api import approvals as api
from accounts.approvals.api import deputies as deputy_api
from accounts.approvals.views import deputies, lists, pages

app_name = "approvals"
urlpatterns = [
    path("approvals/", lists.inbox, name="inbox"),
    path("approvals/history/", lists.history, name="history"),
    path("approvals/deputies/", deputies.Deputies.as_view(), name="deputies"),
    path("approvals/deputies/<uuid:deputy_id>/ending/", deputies.Ending.as_view(), name="deputy_ending"),
    path("approvals/<uuid:approval_id>/", pages.Detail.as_view(), name="approval"),
    path("approvals/<uuid:approval_id>/approval/", pages.Approving.as_view(), name="approving"),
    path("approvals/<uuid:approval_id>/refusal/", pages.Refusal.as_view(), name="refusal"),
    path("approvals/<uuid:approval_id>/withdrawal/", pages.Withdrawal.as_view(), name="withdrawal"),
    path("api/v1/approvals/", api.Approvals.as_view(), name="api_approvals"),
    path("api/v1/approvals/<uuid:approval_id>/", api.One.as_view(), name="api_approval"),
    path("api/v1/approvals/<uuid:approval_id>/approval/", api.Approving.as_view(), name="api_approving"),
    path("api/v1/approvals/<uuid:approval_id>/refusal/", api.Refusal.as_view(), name="api_refusal"),
    path("api/v1/approvals/<uuid:approval_id>/withdrawal/", api.Withdrawal.as_view(), name="api_withdrawal"),
    path("api/v1/deputies/", deputy_api.Deputies.as_view(), name="api_deputies"),
    path("api/v1/deputies/<uuid:deputy_id>/", deputy_api.One.as_view(), name="api_deputy"),
]
