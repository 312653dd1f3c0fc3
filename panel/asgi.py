"""The gateway process owns the port: it answers /v1/* and /stream/* itself and hands the rest to the panel process.

Free of Django: a call through the gateway must not pay for pages.
"""

import logging.config

from assistants.gateway.engine import app as engine
from panel.kernel.boot import environment
from panel.ops import logs
from panel.ops.front.handover import Handover
from panel.ops.front.splitter import Gateway, Splitter
from panel.ops.services.spawn import die_with_server

MIB = 1024 * 1024

die_with_server()
logging.config.dictConfig(logs.SETTINGS)
_env = environment()
application = Splitter(
    gateway=Gateway(app=engine.app, startup=engine.startup, shutdown=engine.shutdown, health=engine.health),
    panel=Handover(
        _env.get("PANEL_SOCKET") or f"{_env['PANEL_DATA_DIR']}/run/panel.sock",
        limit=int(_env.get("PANEL_UPLOAD_LIMIT_MB", "100")) * MIB,
        proxies=_env.get("PANEL_TRUSTED_PROXIES", ""),
    ),
    metrics_token=_env.get("PANEL_METRICS_TOKEN", ""),
)
