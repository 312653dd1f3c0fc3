"""Every page and endpoint; each slice brings its own list."""

from django.urls import include, path

urlpatterns = [path("", include(f"{name}.urls")) for name in ()]
