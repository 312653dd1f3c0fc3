"""Keys for tests."""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from accounts.access.rules import ObjectRole
from accounts.credentials.rules.life import Kind
from accounts.credentials.services import keys
from accounts.grants import services as grants
from accounts.people.models import User
from assistants.catalog.models import Assistant
from assistants.catalog.rules import permits as catalog
from panel.kernel import clock, ids
from panel.kernel.actors import SYSTEM, Actor
from tests.factories.people import actor_of

FORM = "application/x-www-form-urlencoded"


def make_assistant(owner: User) -> Assistant:
    now = clock.now()
    made = Assistant.objects.create(
        slug="support-concierge", name="Support concierge", key_id=ids.new_id(), epoch=0, created_at=now, changed_at=now
    )
    grants.share(
        actor=SYSTEM, permit=catalog.SHARE, obj=made, receiver=owner, role=ObjectRole.OWNER, reason="made it", at=now
    )
    return made


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def issue(actor: Actor, assistant: Any, **changes: Any) -> keys.Issued:
    """A gateway key for an assistant, unless said otherwise."""
    at = changes.get("at") or clock.now()
    given: dict[str, Any] = {
        "name": "shop-website", "kind": Kind.GATEWAY, "scopes": ["chat", "models"],
        "assistants": [assistant.id] if assistant else [], "expires_at": at + timedelta(days=90), "at": at,
    }  # fmt: skip
    return keys.issue(actor=actor, **{**given, **changes})


def manage(actor: Actor, *scopes: str, **changes: Any) -> keys.Issued:
    """A management key."""
    return issue(actor, None, kind=Kind.MANAGEMENT, scopes=list(scopes), **changes)


def client_of(actor: Actor, assistant: Any, *scopes: str, **changes: Any) -> keys.Issued:
    """An OAuth client; its token is its secret."""
    return issue(actor, assistant, kind=Kind.CLIENT, scopes=list(scopes or ("chat", "models")), **changes)


def ask(http: Any, issued: keys.Issued, **given: Any) -> Any:
    """The token endpoint's answer to a client that proves itself by HTTP Basic."""
    pair = base64.b64encode(f"{issued.key.key_id}:{issued.token}".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": "chat", **given}
    body = urlencode({name: value for name, value in form.items() if value is not None})
    return http.post("/oauth/token", body, content_type=FORM, headers={"Authorization": f"Basic {pair}"})
