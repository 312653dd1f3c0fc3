"""The panel process: Django's WSGI handler behind the front."""

import os

from django.core.wsgi import get_wsgi_application

from panel import celery
from panel.ops.services.spawn import die_with_server

__all__ = ["application", "celery"]  # pages send jobs through panel.celery

die_with_server()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")
application = get_wsgi_application()
