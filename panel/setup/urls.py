"""The first run."""

from django.urls import path

from panel.setup import first, views

app_name = "setup"
urlpatterns = [
    # Before the link: no token is spelt like this.
    path("setup/first-steps/", first.FirstSteps.as_view(), name="first_steps"),
    path("setup/first-steps/completion/", first.Completion.as_view(), name="completion"),
    path("setup/first-steps/<slug:name>/", first.FirstStep.as_view(), name="first_step"),
    path("setup/checklist/", first.Checklist.as_view(), name="checklist"),
    path("setup/keys/", first.Keys.as_view(), name="keys"),
    path("setup/<str:token>/", views.Setup.as_view(), name="setup"),
]
