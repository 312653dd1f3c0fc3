"""/access/ and /api/v1/access/"""

from django.urls import path

from accounts.grants import api
from accounts.grants.views import why

app_name = "grants"
urlpatterns = [
    path("access/why/", why.Why.as_view(), name="why"),
    path("api/v1/access/why/", api.Why.as_view(), name="api_why"),
]
