"""Foreign keys point down the floors, as imports do; the ground names an actor by kind and id only."""

import configparser

from django.apps import apps
from django.db import models

from tests.architecture import tree


def _floors() -> list[list[str]]:
    """Every place from top to bottom, in the words of the import contracts."""
    contracts = configparser.ConfigParser()
    contracts.read(tree.ROOT / ".importlinter")

    def layers(name: str, prefix: str) -> list[list[str]]:
        lines = contracts[f"importlinter:contract:{name}"]["layers"].split("\n")
        return [[f"{prefix}{one.strip(' ()')}" for one in line.split("|")] for line in lines if line.strip()]

    found: list[list[str]] = []
    for floor in layers("floors", ""):
        for house in ("assistants", "compliance", "accounts"):
            if floor == [house]:
                found += layers(house, f"{house}.")
                break
        else:
            found.append(floor)
    return found


def _height(model: type[models.Model]) -> int | None:
    name = apps.get_app_config(model._meta.app_label).name
    floors = _floors()
    for height, floor in enumerate(reversed(floors)):
        if name in floor:
            return height
    return None


def test_every_slice_has_a_floor() -> None:
    ours = [config.name for config in apps.get_app_configs() if config.name.split(".")[0] in tree.PRODUCT]
    placed = {name for floor in _floors() for name in floor}
    assert [name for name in ours if name not in placed] == []


def test_foreign_keys_point_down() -> None:
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        height = _height(model)
        for field in model._meta.local_fields:
            if height is None or not isinstance(field, models.ForeignKey):
                continue
            target = field.remote_field.model
            other = _height(target)
            same = target._meta.app_label == model._meta.app_label
            if other is not None and not same and other >= height:
                wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert wrong == []


def test_the_ground_has_no_foreign_key_to_people() -> None:
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if apps.get_app_config(model._meta.app_label).name.startswith("panel.")
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.model._meta.app_label in {"people", "auth"}
    ]
    assert wrong == []


def test_no_model_orders_by_itself() -> None:
    ours = [model for model in apps.get_models() if _height(model) is not None]
    assert [model._meta.label for model in ours if model._meta.ordering] == []


def test_every_table_is_named_after_its_slice_and_every_constraint_has_a_name() -> None:
    ours = [model for model in apps.get_models() if _height(model) is not None]
    wrong = [model._meta.db_table for model in ours if not model._meta.db_table.startswith(model._meta.app_label)]
    assert wrong == []
    assert [
        c.name for model in ours for c in model._meta.constraints if not c.name.startswith(model._meta.app_label)
    ] == []
