"""The front page, and the pages of the ground that the ground itself cannot give a door."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from accounts.access.rules import SIGNED_IN, door
from panel.home import views
from panel.ui.guide.views import Styleguide
from panel.ui.lists import kept

app_name = "home"
urlpatterns = [
    path("", views.Now.as_view(), name="now"),
    path("find/", views.Palette.as_view(), name="palette"),
    path("keyboard/", views.Keys.as_view(), name="keys"),
    path("now/<slug:name>/", views.Panel.as_view(), name="panel"),
    path("styleguide/", door(SIGNED_IN)(Styleguide).as_view(), name="styleguide"),
    path("lists/views/", door(SIGNED_IN)(kept.Views).as_view(), name="list_views"),
    path("lists/views/removal/", door(SIGNED_IN)(kept.ViewRemoval).as_view(), name="list_view_removal"),
    path("lists/views/first/", door(SIGNED_IN)(kept.FirstView).as_view(), name="list_first_view"),
    path("lists/shape/", door(SIGNED_IN)(kept.Shape).as_view(), name="list_shape"),
    path("api/", views.Reference.as_view(), name="api"),
    path("api/areas/<slug:area>/", views.Reference.as_view(), name="api_area"),
    path("api/schema/", door(SIGNED_IN)(SpectacularJSONAPIView).as_view(), name="schema"),
]
