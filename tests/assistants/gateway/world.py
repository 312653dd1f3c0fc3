"""A published assistant, its provider, policy and key in the live database, as the gateway reads them."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.access import queries as access
from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey, ApiKeyAssistant
from accounts.people.models import User
from assistants.catalog.models import Assistant
from assistants.catalog.rules import permits
from assistants.catalog.services import assistants, drafts, grants, publishing
from assistants.gateway import services as gateway
from assistants.guard.models import GuardPolicy
from assistants.providers import services as providers
from assistants.providers.models import Provider
from assistants.vault import services as vault
from assistants.vault.rules import Kind
from panel.kernel import actors, clock, ids
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.outbound.models import AllowedHost
from tests.factories.people import actor_of, make_person
from tests.stage.provider import MockProvider

CONSOLE = actors.console()


@dataclass
class World:
    assistant: Assistant
    provider: Provider
    key: ApiKey
    token: str
    owner: User

    @property
    def slug(self) -> str:
        return self.assistant.slug


def policy(preset: str = "balanced") -> GuardPolicy:
    return GuardPolicy.objects.get(preset=preset)


def make_provider(mock: MockProvider) -> Provider:
    """The mock provider on its loopback port, which an administrator allowed."""
    host = mock.url.removeprefix("http://").removesuffix("/v1")
    if not AllowedHost.objects.filter(host=host.rpartition(":")[0], port=host.rpartition(":")[2]).exists():
        providers.allow_host(actor=CONSOLE, host=host, reason="the test's provider", at=clock.now())
    name = f"provider-{secrets.token_hex(4)}"
    at = clock.now()
    secret = vault.create(actor=CONSOLE, name=name, kind=Kind.API_KEY, value=mock.key, at=at)
    given = providers.Given(name=name, base_url=mock.url, secret=secret.id, default_model="mock-small")
    return providers.create(actor=CONSOLE, given=given, at=at)


def make_key(owner: User, *assistant: Assistant, granted: bool = True, **changes: Any) -> tuple[ApiKey, str]:
    public, token = tokens.generate("gateway")
    pepper = keyring.secret(keyring.named(tokens.PEPPER_PURPOSE), tokens.PEPPER_LABEL)
    values = {
        "key_id": public,
        "digest": tokens.digest(pepper, token),
        "kind": "gateway",
        "name": "test",
        "scopes": ["chat", "models"],
        "owner": owner,
        "creator_kind": "console",
        "expires_at": clock.now() + timedelta(days=30),
        **changes,
    }
    with transaction.atomic():
        key = ApiKey.objects.create(**values, epoch=epochs.bump())
        for one in assistant:
            ApiKeyAssistant.objects.create(api_key=key, assistant_id=one.id)
            if granted:
                _show(owner, one)
    return key, token


def _show(owner: User, assistant: Assistant) -> None:
    """A key opens what its owner may see."""
    if not access.can(actor_of(owner), permits.VIEW, assistant):
        given: dict[str, Any] = {"receiver": ("user", str(owner.id)), "role": "viewer", "reason": "for the test"}
        grants.share(actor=CONSOLE, assistant=assistant, at=clock.now(), **given)


def make_assistant(provider: Provider, prompt: str = "Be brief.", *, slug: str = "", **changes: Any) -> Assistant:
    slug = slug or f"helper-{secrets.token_hex(4)}"
    assistant = assistants.create(actor=CONSOLE, name=slug, slug=slug, at=clock.now())
    drafts.edit(
        actor=CONSOLE,
        assistant=assistant,
        system_prompt=prompt,
        provider_id=provider.id,
        model="mock-small",
        policy_id=policy().id,
        parameters={},
        revision=assistant.draft.revision,
        at=clock.now(),
    )
    publishing.publish(actor=CONSOLE, assistant=assistant, message="first", at=clock.now())
    assistant.refresh_from_db()
    if changes:
        with transaction.atomic():
            Assistant.objects.filter(id=assistant.id).update(**changes, epoch=epochs.bump())
    return assistant


def for_bench(mock: MockProvider) -> str:
    """An assistant named bench; its key. The mock needs no key and is not tested before."""
    gateway.ensure_keys()
    at = clock.now()
    host, _, port = mock.url.removeprefix("http://").removesuffix("/v1").rpartition(":")
    providers.allow_host(actor=CONSOLE, host=f"{host}:{port}", reason="the bench's upstream", at=at)
    with transaction.atomic():
        provider = Provider.objects.create(
            name="bench", kind="openai", base_url=mock.url, epoch=epochs.bump(), created_at=at, changed_at=at
        )
    return make_key(make_person("bench"), make_assistant(provider, slug="bench"))[1]


def build(mock: MockProvider, **changes: Any) -> World:
    gateway.ensure_keys()
    owner = make_person(f"owner-{ids.new_id().hex[-8:]}")
    provider = make_provider(mock)
    assistant = make_assistant(provider, **changes)
    key, token = make_key(owner, assistant)
    world = World(assistant, provider, key, token, owner)
    settle()
    return world


def settle() -> None:
    """Until every living gateway serves from what is committed."""
    with transaction.atomic():
        number = epochs.bump()
    assert not epochs.wait(number, timeout=12)
