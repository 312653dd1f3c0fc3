from django.urls import path

from panel.ops import views
from panel.ops.backups import urls as backups
from panel.ops.jobs import api, pages
from panel.ops.outbound import urls as outbound

app_name = "ops"
urlpatterns = [
    path("jobs/", pages.jobs, name="jobs"),
    path("jobs/schedule/", pages.schedule, name="schedule"),
    path("jobs/schedule/<str:name>/run/", pages.RunNow.as_view(), name="run_now"),
    path("jobs/trial/", pages.Trial.as_view(), name="trial"),
    path("jobs/<uuid:job_id>/", pages.Detail.as_view(), name="job"),
    path("jobs/<uuid:job_id>/card/", pages.Card.as_view(), name="job_card"),
    path("jobs/<uuid:job_id>/ticket/", pages.Ticket.as_view(), name="job_ticket"),
    path("jobs/<uuid:job_id>/cancellation/", pages.Cancellation.as_view(), name="job_cancellation"),
    path("jobs/<uuid:job_id>/repetition/", pages.Repetition.as_view(), name="job_repetition"),
    path("jobs/<uuid:job_id>/file/", pages.File.as_view(), name="job_file"),
    path("api/v1/jobs/", api.Jobs.as_view(), name="api_jobs"),
    path("api/v1/jobs/<uuid:job_id>/", api.OneJob.as_view(), name="api_job"),
    path("api/v1/jobs/<uuid:job_id>/cancellation/", api.Cancellation.as_view(), name="api_job_cancellation"),
    path("api/v1/jobs/<uuid:job_id>/repetition/", api.Repetition.as_view(), name="api_job_repetition"),
    path("-/healthz", views.alive, name="alive"),
    path("-/ready", views.ready, name="ready"),
    path("-/metrics", views.metrics, name="metrics"),
    *outbound.urlpatterns,
    *backups.urlpatterns,
]
