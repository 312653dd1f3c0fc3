from django.urls import path

from panel.ops.backups import api, pages

urlpatterns = [
    path("backups/", pages.backups, name="backups"),
    path("backups/now/", pages.Now.as_view(), name="backup_now"),
    path("backups/schedule/", pages.Schedule.as_view(), name="backup_schedule"),
    path("backups/<uuid:backup_id>/file/", pages.File.as_view(), name="backup_file"),
    path("api/v1/backups/", api.Backups.as_view(), name="api_backups"),
    path("api/v1/backups/<uuid:backup_id>/", api.OneBackup.as_view(), name="api_backup"),
]
