"""The world of `make demo`: one person a role, two assistants on the demo provider, keys, and calls that show the guards.

Everybody and everything here is invented; addresses end in .example (RFC 2606). Runs on a demo database only, which the
command has checked.
"""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.utils import timezone

from accounts.access.rules import Role
from accounts.credentials.rules.life import GATEWAY_SCOPES, Kind
from accounts.credentials.services import keys as credentials
from accounts.people import queries as people
from accounts.people.models import User
from accounts.signin.services import factors, links, passwords
from assistants.catalog.models import Assistant
from assistants.catalog.queries import demo_texts, versions
from assistants.catalog.services import assistants, drafts, grants, publishing
from assistants.guard import queries as guard
from assistants.providers import queries as providers
from panel.kernel import actors, clock
from panel.kernel.actors import Actor

CONSOLE = actors.console()
KEY_LIFE = timedelta(days=90)


def build(world: dict[str, Any]) -> None:
    """Add "users" and "assistants" to what becomes demo.json."""
    at = clock.now()
    found = {role: _person(role, name, at) for role, name in demo_texts.PEOPLE.items()}
    world["users"] = [entry for _user, entry in found.values()]
    operator, developer = found[Role.OPERATOR][0], found[Role.DEVELOPER][0]
    world["assistants"] = []
    for text in demo_texts.ASSISTANTS:
        assistant = _assistant(text, _acting(operator), at)
        _share(assistant, developer, at)
        world["assistants"].append({"slug": assistant.slug, "api_key": _key(assistant, developer, at)})


def traffic(world: dict[str, Any]) -> None:
    """Call each assistant through the running gateway, as an application would."""
    for entry in world["assistants"]:
        for text in demo_texts.CALLS:
            _call(world["base_url"], entry["slug"], entry["api_key"], text)


def _acting(user: User) -> Actor:
    return Actor("person", user.id, fresh_at=timezone.now())


def _person(role: Role, name: str, at: datetime) -> tuple[User, dict[str, str]]:
    """Joined like everybody: invited, password, authenticator, recovery codes."""
    email = f"{role.value.replace('_', '.')}@demo.example"
    user, _token = links.invite(actor=CONSOLE, full_name=name, email=email, roles=[role], reason="Demo", at=at)
    password = f"demo-{secrets.token_urlsafe(12)}"
    passwords.change(actor=CONSOLE, user=user, password=password)
    device = factors.begin_totp(user)
    # The code of the step before, so that the present one is still good for signing in.
    code = code_of(device.seed_text(), int(time.time()) // 30 - 1)
    if factors.confirm_totp(actor=CONSOLE, user=user, code=code, address="127.0.0.1") is None:
        raise RuntimeError("The demo's authenticator was not accepted.")
    factors.new_codes(actor=CONSOLE, user=user)
    links.complete(user, at)
    links.end_links(user, at)
    entry = {"email": email, "password": password, "totp_secret": device.seed_text(), "role": role.value}
    return people.user(user.id) or user, entry


def code_of(seed_text: str, step: int) -> str:
    """The code of a time step: RFC 6238 with SHA-1, 30 seconds and six digits."""
    seed = base64.b32decode(seed_text + "=" * (-len(seed_text) % 8))
    digest = hmac.new(seed, step.to_bytes(8), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def _assistant(text: demo_texts.Text, actor: Actor, at: datetime) -> Assistant:
    assistant = assistants.create(actor=actor, name=text.name, slug=text.slug, description=text.description, at=at)
    for prompt, message in text.versions:
        drafts.edit(
            actor=actor,
            assistant=assistant,
            system_prompt=prompt,
            provider_id=_provider(),
            model="demo",
            policy_id=_policy(text.policy),
            parameters={"temperature": 0.2},
            revision=versions.draft_of(assistant).revision,
            at=at,
        )
        publishing.publish(actor=actor, assistant=assistant, message=message, at=clock.now())
    return assistant


def _provider() -> UUID:
    found = providers.demo()
    if found is None:
        raise RuntimeError("The demo provider is missing: run manage.py migrate.")
    return found.id


def _policy(name: str) -> UUID:
    return next((one for one, title in guard.choices() if title == name), guard.default().id)


def _share(assistant: Assistant, developer: User, at: datetime) -> None:
    grants.share(
        actor=CONSOLE,
        assistant=assistant,
        receiver=("user", str(developer.id)),
        role="viewer",
        reason="Builds the application that calls it",
        at=at,
    )


def _key(assistant: Assistant, developer: User, at: datetime) -> str:
    issued = credentials.issue(
        actor=_acting(developer),
        name=f"{assistant.slug} demo",
        kind=Kind.GATEWAY,
        scopes=GATEWAY_SCOPES,
        assistants=[assistant.id],
        expires_at=at + KEY_LIFE,
        at=at,
    )
    return issued.token


def _call(base_url: str, slug: str, key: str, text: str) -> None:
    """One call; what the gateway answers, a refusal too, is in its traces."""
    place = urlsplit(base_url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    line = kind(place.hostname or "localhost", place.port, timeout=10)
    body = json.dumps({"model": slug, "messages": [{"role": "user", "content": text}]})
    try:
        line.request(
            "POST",
            "/v1/chat/completions",
            body,
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        line.getresponse().read()
    finally:
        line.close()
