from django.urls import path

from panel.ops import views

app_name = "ops"
urlpatterns = [
    path("-/healthz", views.alive, name="alive"),
    path("-/ready", views.ready, name="ready"),
    path("-/metrics", views.metrics, name="metrics"),
]
