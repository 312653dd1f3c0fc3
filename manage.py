#!/usr/bin/env python3
"""The panel's command line."""

import importlib
import os
import sys

from django.core.management import execute_from_command_line

from panel.ops import console

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")
    if sys.argv[1:2] and sys.argv[1] in console.COMMANDS:
        raise SystemExit(console.COMMANDS[sys.argv[1]](sys.argv[2:]))
    # What a command does may send a job, and without the panel's own Celery app it would go to no broker of ours.
    importlib.import_module("panel.celery")
    execute_from_command_line(sys.argv)
