"""Keys of `make demo` in every state, requests for rights, and the calls of an application once the gateway answers."""

import http.client
import json
from datetime import timedelta
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from accounts.credentials.rules.life import GATEWAY_SCOPES, Kind
from accounts.credentials.services import keys as credentials
from accounts.credentials.services import rotation
from accounts.elevation import queries as elevation_queries
from accounts.elevation.services import requests as elevation
from assistants.catalog.services.demo import texts
from panel.kernel import clock
from panel.kernel.registries import demo

KEY_LIFE = timedelta(days=90)
DEVELOPER = "Tomás Ibarra"


def build(world: demo.World) -> None:
    """Add "assistants" to demo.json: each that answers, with a key that opens it."""
    world["assistants"] = []
    for text in texts.ASSISTANTS:
        if not text.key or not text.versions:
            continue
        assistant = world.objects["assistant", text.slug]
        with demo.past(world.ago(text.versions[0][2] - 1)):
            used = _issue(world, text.key, assistant)
            world.objects["key", text.slug] = used.key.id
        if not text.stopped:
            with demo.past(world.ago(2)):
                token = _issue(world, f"{text.slug} demo", assistant).token
            world["assistants"].append({"slug": text.slug, "api_key": token})
    _ends(world)


def _issue(world: demo.World, name: str, assistant: UUID, life: timedelta = KEY_LIFE) -> credentials.Issued:
    return credentials.issue(
        actor=world.actor(DEVELOPER),
        name=name,
        kind=Kind.GATEWAY,
        scopes=GATEWAY_SCOPES,
        assistants=[assistant],
        expires_at=clock.now() + life,
        at=clock.now(),
    )


def _ends(world: demo.World) -> None:
    """One that ended, one that was revoked, one that ends in four days, one whose old secret still works."""
    concierge, copywriter = (
        world.objects["assistant", "support-concierge"],
        world.objects["assistant", "product-copywriter"],
    )
    with demo.past(world.ago(38)):
        _issue(world, "load test in October", concierge, timedelta(days=14))
        leaked = _issue(world, "laptop of Yusuf", concierge)
        rolled = _issue(world, "chat widget", concierge)
    with demo.past(world.ago(26)):
        _issue(world, "christmas campaign", copywriter, timedelta(days=30))
    with demo.past(world.ago(9)):
        credentials.revoke(actor=world.actor("Ada Okafor"), key=leaked.key, at=clock.now())
    with demo.past(world.ago(0.3)):
        rotation.rotate(actor=world.actor(DEVELOPER), key=rolled.key, at=clock.now())


def requests(world: demo.World) -> None:
    """People who ask for a right: two wait, one was helped, one was not."""
    ada = world.actor("Ada Okafor")
    for who, slug, permit, why, days, answer in texts.REQUESTS:
        about = ("assistant", world.objects["assistant", slug])
        with demo.past(world.ago(days)):
            row = elevation.ask(actor=world.actor(who), permit=permit, obj=about, reason=why, at=clock.now())
        with demo.past(world.ago(days * 0.8)):
            if answer == "approved":
                role = elevation_queries.roles_for(row)[0][0]
                until = clock.now() + timedelta(days=60)
                elevation.approve(
                    actor=ada, request=row, role=role, until=until, answer="Until spring.", at=clock.now()
                )
            elif answer == "declined":
                elevation.decline(actor=ada, request=row, answer="Ask Rafael for a summary.", at=clock.now())


def traffic(world: dict[str, Any]) -> None:
    """Call two assistants through the running gateway, as an application would."""
    for entry in world["assistants"][:2]:
        for end_user, text in zip(cycle(texts.CUSTOMERS), texts.CALLS, strict=False):
            _call(world["base_url"], entry["slug"], entry["api_key"], text, end_user)


def _call(base_url: str, slug: str, key: str, text: str, end_user: str) -> None:
    """One call; what the gateway answers, a refusal too, is in its traces."""
    place = urlsplit(base_url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    line = kind(place.hostname or "localhost", place.port, timeout=10)
    body = json.dumps({"model": slug, "messages": [{"role": "user", "content": text}], "user": end_user})
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        line.request("POST", "/v1/chat/completions", body, headers)
        line.getresponse().read()
    finally:
        line.close()
