"""/people/ and /api/v1/people/"""

from django.urls import path

from accounts.access import api
from accounts.access.views import people

app_name = "access"
urlpatterns = [
    path("people/", people.listing, name="people"),
    path("people/<uuid:user_id>/", people.Person.as_view(), name="person"),
    path("people/<uuid:user_id>/disabling/", people.Disabling.as_view(), name="disabling"),
    path("people/<uuid:user_id>/enabling/", people.Enabling.as_view(), name="enabling"),
    path("api/v1/people/", api.People.as_view(), name="api_people"),
    path("api/v1/people/<uuid:user_id>/", api.Person.as_view(), name="api_person"),
    path("api/v1/people/<uuid:user_id>/disabling/", api.Disabling.as_view(), name="api_disabling"),
]
