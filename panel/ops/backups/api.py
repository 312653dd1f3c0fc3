"""/api/v1/backups/: list, one, and making one. A backup's files leave by the page only, with a fresh factor."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from accounts.access.rules import door
from panel.kernel import clock
from panel.ops.backups import queries, rules, services
from panel.ops.models import Backup
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Item


class BackupOut(serializers.ModelSerializer[Backup]):
    seconds = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = Backup
        fields = (
            "id", "name", "reason", "state", "started_at", "finished_at", "verified_at", "copied_at", "seconds", "bytes",
            "rows", "version", "problem",
        )  # fmt: skip
        read_only_fields = fields


@extend_schema_view(
    get=extend_schema(operation_id="backups_list", responses=BackupOut(many=True)),
    post=extend_schema(operation_id="backups_create", request=None, responses={201: BackupOut}),
)
@door(rules.SEE_BACKUPS, post=rules.MAKE_BACKUP)
class Backups(Collection):
    """List backups, newest first; POST makes one now."""

    serializer_class = BackupOut

    def rows(self) -> Any:
        return queries.every()

    def create(self, given: Mapping[str, Any]) -> Backup:  # noqa: ARG002 - nothing is to be told
        return services.start(actor=self.actor, at=clock.now())

    def url_of(self, made: Backup) -> str:
        return reverse("ops:api_backup", args=[made.id])


@door(rules.SEE_BACKUPS)
class OneBackup(Item):
    """One backup, with its ETag."""

    serializer_class = BackupOut
    http_method_names = ("get", "head", "options")

    def thing(self) -> Backup:
        return queries.one(self.kwargs["backup_id"])

    def tag(self, thing: Backup) -> str:
        return etag(thing.id, thing.state, thing.problem, thing.copied_at)
