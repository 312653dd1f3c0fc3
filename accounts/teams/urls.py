"""/teams/ and /api/v1/teams/"""

from django.urls import include, path

from accounts.access.rules import SEE_TEAM, SHARE_TEAM
from accounts.grants import api as grants
from accounts.grants.views import tab
from accounts.teams import api, views

app_name = "teams"
one = [
    path("", views.OneTeam.as_view(), name="team"),
    path("held/", views.Held.as_view(), name="held"),
    path("members/<uuid:user_id>/leaving/", views.Leaving.as_view(), name="leaving"),
    *tab.pages(
        "team", "team_id", namespace="teams", see=SEE_TEAM, share=SHARE_TEAM, frame=views.framed,
        base="accounts/teams/one.html",
    ),
]  # fmt: skip
api_one = [
    path("", api.One.as_view(), name="api_team"),
    path("members/", api.Members.as_view(), name="api_members"),
    path("members/<uuid:user_id>/", api.Membership.as_view(), name="api_membership"),
    *grants.pages("team", "team_id", see=SEE_TEAM, share=SHARE_TEAM),
]
urlpatterns = [
    path("teams/", views.listing, name="list"),
    path("teams/new/", views.New.as_view(), name="new"),
    path("teams/<uuid:team_id>/", include(one)),
    path("api/v1/teams/", api.Teams.as_view(), name="api_teams"),
    path("api/v1/teams/<uuid:team_id>/", include(api_one)),
]
