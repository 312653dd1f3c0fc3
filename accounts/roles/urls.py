"""/roles/ and the roles of a person."""

from django.urls import path

from accounts.roles import api
from accounts.roles.views import custom, giving, matrix

app_name = "roles"
urlpatterns = [
    path("roles/", matrix.listing, name="matrix"),
    path("roles/new/", custom.New.as_view(), name="new"),
    path("roles/<uuid:role_id>/", custom.OneRole.as_view(), name="role"),
    path("roles/<uuid:role_id>/change/", custom.Edit.as_view(), name="change"),
    path("roles/<uuid:role_id>/retirement/", custom.Retirement.as_view(), name="retirement"),
    path("people/<uuid:user_id>/roles/", giving.Roles.as_view(), name="give"),
    path("people/<uuid:user_id>/roles/<slug:role>/withdrawal/", giving.RoleWithdrawal.as_view(), name="withdrawal"),
    path("api/v1/roles/", api.Roles.as_view(), name="api_roles"),
    path("api/v1/roles/<uuid:role_id>/", api.One.as_view(), name="api_role"),
    path("api/v1/roles/<uuid:role_id>/retirement/", api.Retirement.as_view(), name="api_retirement"),
    path("api/v1/people/<uuid:user_id>/roles/", api.Held.as_view(), name="api_held"),
    path("api/v1/people/<uuid:user_id>/roles/<slug:role>/", api.Withdrawal.as_view(), name="api_withdrawal"),
]
