"""Stands in for `manage.py prepare_database` in a tree that has no such command yet."""

import importlib
import os
from datetime import timedelta

import django
from django.core.management import call_command

from panel.kernel import boot, clock

os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
boot.environment.cache_clear()
django.setup()
call_command("migrate", verbosity=0)

day = clock.now().date()
partitions, roles = (importlib.import_module(f"panel.kernel.db.{name}") for name in ("partitions", "roles"))
partitions.ensure(day - timedelta(days=7), day + timedelta(days=35))
importlib.import_module("panel.kernel.installation").ensure("test")
roles.apply_grants()
