"""Dockerfile and docker-compose.yml say the same as the supervisor."""

import re
from typing import Any

import pytest
import yaml

from panel.ops.front import paths
from panel.ops.services import plan

COMPOSE: dict[str, Any] = yaml.safe_load((plan.ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
CADDY = (plan.ROOT / "panel/ops/deploy/Caddyfile").read_text()
NAMES = [process.name for process in plan.SERVING]


def test_there_is_a_service_for_each_process_and_server() -> None:
    assert set(SERVICES) == {*NAMES, "prepare", "postgres", "valkey", "caddy"}
    for name in NAMES:
        assert SERVICES[name]["command"] == ["serve", name]


@pytest.mark.parametrize("process", plan.SERVING, ids=lambda one: one.name)
def test_a_service_sees_the_guarded_settings_that_its_process_is_listed_with(process: plan.Process) -> None:
    given = {name for name in SERVICES[process.name]["environment"] if name in plan.GUARDED}
    assert given == set(process.secrets)


@pytest.mark.parametrize("name", NAMES)
def test_a_service_reaches_only_the_key_files_it_is_listed_with(name: str) -> None:
    service = SERVICES[name]
    named = {
        volume
        for setting, volume in (
            ("PANEL_KEK_SERVING", "keys-serving"),
            ("PANEL_KEK_CONTENT", "keys-content"),
            ("PANEL_SECRET_KEY_FILE", "keys-signing"),
        )
        if setting in service["environment"]
    }
    mounted = {one.split(":")[0] for one in service["volumes"] if one.startswith("keys-")}
    assert mounted == named
    assert all(one.endswith(":ro") for one in service["volumes"] if one.startswith("keys-"))


def test_only_prepare_logs_in_as_the_owner() -> None:
    owners = [name for name, service in SERVICES.items() if "DATABASE_OWNER_URL" in service.get("environment", {})]
    assert owners == ["prepare"]


def test_no_password_has_a_default() -> None:
    text = (plan.ROOT / "docker-compose.yml").read_text()
    for name in re.findall(r"\$\{([A-Z_]*PASSWORD[A-Z_]*)(?=[:}?-])", text):
        assert f"${{{name}:?" in text
        assert f"${{{name}:-" not in text
        assert f"${{{name}}}" not in text
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|AUTH", name):
                assert value.startswith("${"), name


def test_everything_that_lives_on_has_a_health_check() -> None:
    for name, service in SERVICES.items():
        assert ("healthcheck" in service) == (name != "prepare"), name
        if name in NAMES:
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]


def test_only_caddy_is_open_to_the_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]


def test_every_named_volume_is_declared() -> None:
    used = {one.split(":")[0] for service in SERVICES.values() for one in service.get("volumes", [])}
    assert {one for one in used if not one.startswith(".")} == set(COMPOSE["volumes"])


def test_caddy_splits_like_the_front() -> None:
    found = re.search(r"@gateway path (.+)", CADDY)
    assert found is not None
    expected = {paths.HEALTH, paths.READY, paths.METRICS}
    for prefix in paths.GATEWAY:
        expected |= {prefix.rstrip("/"), f"{prefix}*"}
    assert set(found[1].split()) == expected
    assert re.search(rf"handle {re.escape(paths.INNER)}\* {{\s+respond 404", CADDY)
    for name in ("X_Forwarded_For", "X_Forwarded_Proto"):
        assert f"header_up -{name}" in CADDY


def test_the_image_installs_the_lock_and_runs_as_nobody_special() -> None:
    lines = (plan.ROOT / "Dockerfile").read_text()
    assert "--require-hashes --only-binary :all: -r requirements.txt" in lines
    assert re.search(r"^USER panel$", lines, re.MULTILINE)
    made = re.search(r"for folder in (.+); do", lines)
    assert made is not None
    mounted = {one.split(":")[1] for name in [*NAMES, "prepare"] for one in SERVICES[name].get("volumes", [])}
    assert mounted <= set(made[1].split())
