"""The first run."""

from django.urls import path

from panel.setup import views

app_name = "setup"
urlpatterns = [path("setup/<str:token>/", views.Setup.as_view(), name="setup")]
