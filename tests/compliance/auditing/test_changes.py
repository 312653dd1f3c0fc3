"""django-auditlog as second net: it says what changed and by whom, and never a personal or secret value."""

from datetime import date
from typing import Any

import pytest
from auditlog.registry import auditlog
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models
from django.db.models.signals import post_delete, post_save, pre_save

from compliance.auditing import rules
from compliance.auditing.models import Change
from compliance.auditing.services import feed as services
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import Personal

KEYS: dict[Any, Any] = {models.UUIDField: ids.new_id, models.DateField: lambda: date(2026, 12, 24)}
WATCHED = sorted(auditlog.get_models(), key=lambda model: model._meta.label_lower)


def canary(field: Any) -> str:
    return f"canary-{field.model._meta.label_lower}-{field.name}"


def with_canaries(model: type[models.Model]) -> models.Model:
    """A row in memory with a canary in every field that can hold text; foreign keys point to nothing."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            values[field.attname] = ids.new_id() if field.target_field.get_internal_type() == "UUIDField" else 1
        elif isinstance(field, models.AutoField):
            values[field.attname] = 1
        elif field.primary_key and (made := KEYS.get(type(field))):
            values[field.attname] = made()
        elif isinstance(field, models.JSONField):
            values[field.attname] = {"value": canary(field)}
        elif isinstance(field, ArrayField):
            values[field.attname] = [canary(field)]
        elif isinstance(field, models.BinaryField):
            values[field.attname] = canary(field)
        elif isinstance(field, models.GenericIPAddressField):
            values[field.attname] = "192.0.2.77"
        elif isinstance(field, models.CharField | models.TextField):
            values[field.attname] = canary(field)
    return model(**values)


def written() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row_to_json(c)::text, E'\\n') FROM auditing_change c")
        return str(cursor.fetchone()[0])


def sensitive(field: Any) -> bool:
    declared = privacy.declarations().get((field.model._meta.label_lower, field.name))
    return isinstance(declared, Personal) or bool(declared and declared.secret)


@pytest.mark.django_db
@pytest.mark.parametrize("model", WATCHED, ids=lambda model: model._meta.label_lower)
def test_no_personal_or_secret_value_enters_the_feed(model: type[models.Model]) -> None:
    row = with_canaries(model)
    post_save.send(model, instance=row, created=True, raw=False, using="default", update_fields=None)
    row._state.adding = False
    pre_save.send(model, instance=row, raw=False, using="default", update_fields=None)
    post_delete.send(model, instance=row, using="default", origin=row)
    told = written()
    assert model._meta.label_lower.partition(".")[2]
    for field in model._meta.concrete_fields:
        if sensitive(field) or field.name in services.hidden_fields(model):
            assert canary(field) not in told
            assert "192.0.2.77" not in told
        elif isinstance(field, models.CharField | models.TextField):
            assert canary(field) in told


def test_every_model_of_the_house_is_watched_or_says_why_not() -> None:
    for model in services.house_models():
        label = model._meta.label_lower
        assert (model in WATCHED) != bool(rules.unwatched(label)), label
    assert all(reason.endswith(".") for reason in rules.UNWATCHED.values())


def test_no_exemption_is_left_over() -> None:
    labels = {model._meta.label_lower for model in services.house_models()}
    known = labels | {label.partition(".")[0] for label in labels}
    assert set(rules.UNWATCHED) <= known


def test_an_undeclared_field_is_hidden_until_somebody_declares_it(monkeypatch: pytest.MonkeyPatch) -> None:
    model = WATCHED[0]
    monkeypatch.setattr(privacy, "declarations", dict)
    for field in model._meta.fields:
        if isinstance(field, privacy.CAN_HOLD) and not field.choices:
            assert field.name in services.hidden_fields(model)


def test_the_feeds_table_has_no_column_for_accounts_and_addresses() -> None:
    names = {field.name for field in Change._meta.get_fields()}
    assert not names & {"actor", "actor_email", "remote_addr", "remote_port", "changes_text"}


@pytest.mark.django_db
class TestWhoActed:
    def change(self) -> Change:
        row = with_canaries(WATCHED[0])
        post_save.send(WATCHED[0], instance=row, created=True, raw=False, using="default", update_fields=None)
        found: Change = Change.objects.latest("id")
        return found

    def test_the_feed_names_actor_and_request_by_id(self) -> None:
        ada = ids.new_id()
        with services.acting_as(Actor("person", ada, request_id="req_9")):
            found = self.change()
        assert (found.actor_kind, found.actor_id, found.cid) == ("person", ada, "req_9")
        assert found.object_repr == found.object_pk

    def test_without_a_request_the_system_acts(self) -> None:
        assert self.change().actor_kind == "system"

    def test_the_application_role_cannot_change_what_was_written(self) -> None:
        self.change()
        with pytest.raises(DatabaseError, match="permission denied"):
            Change.objects.update(actor_kind="person")
