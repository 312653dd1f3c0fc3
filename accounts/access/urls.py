"""/people/ and /teams/"""

from django.urls import path

from accounts.access.views import people, teams

app_name = "access"
urlpatterns = [
    path("people/", people.listing, name="people"),
    path("people/<uuid:user_id>/", people.Person.as_view(), name="person"),
    path("people/<uuid:user_id>/roles/", people.Roles.as_view(), name="roles"),
    path("people/<uuid:user_id>/roles/<slug:role>/withdrawal/", people.RoleWithdrawal.as_view(), name="withdrawal"),
    path("people/<uuid:user_id>/disabling/", people.Disabling.as_view(), name="disabling"),
    path("people/<uuid:user_id>/enabling/", people.Enabling.as_view(), name="enabling"),
    path("teams/", teams.Teams.as_view(), name="teams"),
    path("teams/<uuid:team_id>/", teams.OneTeam.as_view(), name="team"),
    path("teams/<uuid:team_id>/members/<uuid:user_id>/leaving/", teams.Leaving.as_view(), name="leaving"),
]
