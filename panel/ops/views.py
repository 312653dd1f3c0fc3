"""What the front asks the panel process. These addresses do not exist from outside (see panel.ops.front.paths)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from accounts.access.rules import open_to_all
from panel.ops import queries

ONLY_THE_FRONT = "only the front and the supervisor reach it; no personal data"


@open_to_all(ONLY_THE_FRONT)
@require_GET
def alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@open_to_all(ONLY_THE_FRONT)
@require_GET
def ready(_request: HttpRequest) -> HttpResponse:
    checks = queries.readiness()
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


@open_to_all(ONLY_THE_FRONT)
@require_GET
def metrics(_request: HttpRequest) -> HttpResponse:
    """Prometheus text, version 0.0.4."""
    lines = [f"# TYPE panel_{name} gauge\npanel_{name} {value:g}" for name, value in sorted(queries.metrics().items())]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
