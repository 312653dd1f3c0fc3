"""/guard-policies/"""

from django.urls import path

from assistants.guard import views

app_name = "guard"
urlpatterns = [
    path("guard-policies/", views.policies, name="list"),
    path("guard-policies/new/", views.New.as_view(), name="new"),
    path("guard-policies/<uuid:policy_id>/", views.Detail.as_view(), name="detail"),
    path("guard-policies/<uuid:policy_id>/edit/", views.Edit.as_view(), name="edit"),
]
