"""/reviews/ and /api/v1/reviews/"""

from django.urls import include, path

from compliance.reviews import api
from compliance.reviews.views import campaign, deciding, keeping, lists

app_name = "reviews"
one = [
    path("", campaign.campaign, name="campaign"),
    path("keeps/", deciding.Keeps.as_view(), name="keeps"),
    path("revocations/", deciding.Revocations.as_view(), name="revocations"),
    path("handing-on/", keeping.HandOn.as_view(), name="hand_on"),
    path("closing/", keeping.Closing.as_view(), name="closing"),
    path("cancellation/", keeping.Cancellation.as_view(), name="cancellation"),
]
endpoints = [
    path("", api.Campaigns.as_view(), name="api_campaigns"),
    path("<uuid:campaign_id>/", api.One.as_view(), name="api_campaign"),
    path("<uuid:campaign_id>/items/", api.Items.as_view(), name="api_items"),
    path("<uuid:campaign_id>/closing/", api.Closing.as_view(), name="api_closing"),
    path("<uuid:campaign_id>/cancellation/", api.Cancellation.as_view(), name="api_cancellation"),
    path("items/<uuid:item_id>/", api.OneItem.as_view(), name="api_item"),
    path("items/<uuid:item_id>/decision/", api.Decision.as_view(), name="api_decision"),
    path("reports/", api.Reports.as_view(), name="api_reports"),
    path("reports/<uuid:report_id>/bundle/", api.Bundle.as_view(), name="api_bundle"),
]
urlpatterns = [
    path("reviews/", lists.campaigns, name="campaigns"),
    path("reviews/new/", keeping.New.as_view(), name="new"),
    path("reviews/rules/", lists.rules, name="rules"),
    path("reviews/rules/new/", keeping.NewRule.as_view(), name="new_rule"),
    path("reviews/rules/<uuid:review_rule_id>/end/", keeping.RuleEnd.as_view(), name="rule_end"),
    path("reviews/reports/", lists.reports, name="reports"),
    path("reviews/reports/<uuid:report_id>/<slug:part>/", keeping.Taking.as_view(), name="taking"),
    path("reviews/rights/<uuid:item_id>/", deciding.Decision.as_view(), name="item"),
    path("reviews/rights/<uuid:item_id>/reinstatement/", deciding.Reinstatement.as_view(), name="reinstatement"),
    path("reviews/<uuid:campaign_id>/", include(one)),
    path("api/v1/reviews/", include(endpoints)),
]
