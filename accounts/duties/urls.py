"""/access/duties/"""

from django.urls import path

from accounts.duties import views

app_name = "duties"
urlpatterns = [
    path("access/duties/", views.Duties.as_view(), name="rules"),
    path("access/duties/<slug:rule>/strength/", views.Strengths.as_view(), name="strength"),
    path("access/duties/<slug:rule>/removal/", views.Removal.as_view(), name="removal"),
]
