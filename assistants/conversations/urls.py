"""/assistants/<id>/retention/: how long what is said to an assistant is kept."""

from django.urls import path

from assistants.conversations import views

app_name = "conversations"
urlpatterns = [
    path("assistants/<uuid:assistant_id>/retention/", views.Keeping.as_view(), name="retention"),
]
