"""Who answers which path: the one list. The Caddyfile says the same, and a test compares them."""

# The gateway process itself.
GATEWAY = ("/v1/", "/stream/")
HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"
# Questions of the front to the panel process; from outside they do not exist.
INNER = "/-/"


def is_gateway(path: str) -> bool:
    return path.startswith(GATEWAY) or path in {one.rstrip("/") for one in GATEWAY}
