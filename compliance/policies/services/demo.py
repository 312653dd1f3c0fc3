"""The policies of `make demo`: a notice in two languages and two versions, terms, a rule for staff that not everybody has
accepted yet, and a draft that waits for a second person."""

import re
from datetime import timedelta

from accounts.approvals.services import deciding
from compliance.policies import queries
from compliance.policies.models import Policy
from compliance.policies.rules.content import Text
from compliance.policies.services import accepting, drafts, publishing
from panel.kernel import clock
from panel.kernel.registries import demo

FILLED = {
    "organisation": "Lindqvist Home AB",
    "postal address": "Hamngatan 1, 111 47 Stockholm",
    "e-mail address": "privacy@lindqvist.example",
    "how to reach a person": "choose “Contact a person” in the chat",
    "contract, consent or legitimate interest": "our contract with you (GDPR Art. 6(1)(b))",
    "provider and country": "the provider named on the page of each assistant, in the European Union",
    "number": "30",
    "country": "Sweden",
    "region": "the European Union",
    "list of approved providers": "those on the page “Providers” of the panel",
    "named exception": "a support case that is still open",
    "authority": "Integritetsskyddsmyndigheten (IMY)",
}
OPEN = re.compile(r"\[\[([^\]]*)\]\]")
WRITER, SECOND = "Pia Sandström", "Ada Okafor"
READERS = ("Ada Okafor", "Maren Vogt", "Elif Kaya", "Rafael Moreau", "Olga Brandt", "Jonas Lindqvist", "Tomás Ibarra")


def build(world: demo.World) -> None:
    with demo.past(world.ago(47)):
        notice = _write(world, "notice", "Privacy notice", "privacy-notice")
        _publish(world, notice, "Our first notice")
        terms = _write(world, "terms", "Terms of use", "terms")
        _publish(world, terms, "Our first terms")
    with demo.past(world.ago(20)):
        use = _write(world, "use", "Using assistants", "using-assistants", acceptance=True, grace_days=30)
        _publish(world, use, "Everybody reads it once")
    for place, name in enumerate(READERS):
        with demo.past(world.ago(18 - place)):
            _accept(world, use, name)
    with demo.past(world.ago(9)):
        _edit(world, notice, "How to reach us in the chat", {"choose “Contact a person”": "press “Contact a person”"})
        _publish(world, notice, "Clearer words, nothing else")
    with demo.past(world.ago(2)):
        _edit(world, use, "Say who stops an assistant", {"stops it first": "stops it first, with the red button,"})
        publishing.ask(
            actor=world.actor(WRITER), policy=_again(use), reason="After last week's incident", at=clock.now()
        )


def _write(
    world: demo.World, kind: str, name: str, slug: str, *, acceptance: bool = False, grace_days: int = 14
) -> Policy:
    texts = {language: _filled(text) for language, text in queries.starter(kind).items()}
    return drafts.create(
        actor=world.actor(WRITER), name=name, slug=slug, kind=kind, acceptance=acceptance, grace_days=grace_days,
        texts=texts, at=clock.now(),
    )  # fmt: skip


def _filled(text: Text) -> Text:
    def fill(found: re.Match[str]) -> str:
        return FILLED.get(found[1], FILLED["organisation"])

    return Text(OPEN.sub(fill, text.title), OPEN.sub(fill, text.body))


def _edit(world: demo.World, policy: Policy, summary: str, words: dict[str, str]) -> None:
    draft = _again(policy).draft
    texts = {}
    for language, stored in draft.texts.items():
        text = Text.of(stored)
        for old, new in words.items():
            text = Text(text.title, text.body.replace(old, new))
        texts[language] = text
    drafts.edit(
        actor=world.actor(WRITER), policy=policy, texts=texts, summary=summary, material=False, effective_at=None,
        revision=draft.revision, at=clock.now(),
    )  # fmt: skip


def _publish(world: demo.World, policy: Policy, reason: str) -> None:
    """By two people, as the product does it."""
    asked = publishing.ask(actor=world.actor(WRITER), policy=_again(policy), reason=reason, at=clock.now())
    with demo.past(clock.now() + timedelta(hours=3)):
        deciding.approve(actor=world.actor(SECOND), approval=asked, seen=asked.digest, at=clock.now())


def _accept(world: demo.World, policy: Policy, name: str) -> None:
    version = queries.in_force(policy, clock.now())
    if version is not None:
        accepting.accept(actor=world.actor(name), version=version, language="en", at=clock.now())


def _again(policy: Policy) -> Policy:
    return Policy.objects.select_related("draft").get(id=policy.id)
