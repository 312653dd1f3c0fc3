"""Why the invented company processes what people say, who agreed, and what it keeps. Its shop's key asks; a key that only
tries the assistants is bound to nothing."""

from assistants.catalog.models import Assistant
from assistants.catalog.services import purposes
from assistants.catalog.services.demo import texts
from compliance.consent import queries as consent
from compliance.consent.models import Purpose
from compliance.consent.rules.purposes import Words
from compliance.consent.services import choosing
from compliance.consent.services import purposes as words
from compliance.consent.services.ledger import Shown
from compliance.subjects.rules import Kind, spelled
from compliance.subjects.services import naming
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.registries import demo

DESK, KEPT_FOR = "onboarding-buddy", "improve-answers"
ANSWER = (
    "answer-questions",
    "contract",
    "service",
    "Answer your question",
    "What you write is sent to a model to answer it.",
)
IMPROVE = (
    KEPT_FOR, "consent", "improvement", "Improve answers with my chats",
    "Some chats are read to make answers better. With a no nothing is lost: you are answered all the same.",
)  # fmt: skip
GUIDE = (
    "guide-first-week", "consent", "service", "Let a machine guide my first week",
    "What you ask is sent to a model. With a no your mentor answers instead.",
)  # fmt: skip
# How many new colleagues said what, and how many days ago the first of them did.
SAID = ((7, "yes"), (2, "no"), (3, ""))


def build(world: demo.World) -> None:
    with demo.past(world.ago(29)):
        answer, improve, guide = (_purpose(world, *one) for one in (ANSWER, IMPROVE, GUIDE))
        concierge = Assistant.objects.get(slug="support-concierge")
        _bind(world, concierge, answer)
        _bind(world, concierge, improve, required=False)
        purposes.settle(actor=_owner(world, concierge), assistant=concierge, keep="statistics", at=clock.now())
    with demo.past(world.ago(20)):
        desk = Assistant.objects.get(slug=DESK)
        _bind(world, desk, guide, api_key_id=world.objects["key", DESK])
        purposes.settle(
            actor=_owner(world, concierge),
            assistant=concierge,
            keep="pseudonymised",
            purpose_id=improve.id,
            at=clock.now(),
        )
    said = [word for count, word in SAID for _ in range(count)]
    for number, word in enumerate(said):
        with demo.past(world.ago(19 - number)):
            _choose(desk, guide, f"new-colleague-{number:02}", word)
    with demo.past(world.ago(3)):
        for customer in texts.CUSTOMERS:
            _choose(concierge, improve, customer, "yes")


def _purpose(world: demo.World, slug: str, basis: str, use: str, label: str, text: str) -> Purpose:
    return words.create(
        actor=world.actor("Ada Okafor"),
        slug=slug,
        basis=basis,
        use=use,
        texts={"en": Words(label, text)},
        at=clock.now(),
    )


def _owner(world: demo.World, assistant: Assistant) -> Actor:
    return world.actor(next(one.owner for one in texts.ASSISTANTS if one.slug == assistant.slug))


def _bind(world: demo.World, assistant: Assistant, purpose: Purpose, **more: object) -> None:
    purposes.bind(
        actor=_owner(world, assistant), assistant=assistant, purpose_id=purpose.id, at=clock.now(), **more  # type: ignore[arg-type]
    )  # fmt: skip


def _choose(assistant: Assistant, purpose: Purpose, end_user: str, said: str) -> None:
    """An end user of an application; the last colleagues have not been asked yet."""
    value = next(iter(spelled(end_user)))
    subject = naming.subject_for(Kind.END_USER, value, scope=assistant.id)
    actor = Actor("subject", subject)
    if not said:
        return
    choice = next(one for one in consent.choices(subject, clock.now(), ["en"]) if one.purpose.id == purpose.id)
    shown = Shown(choice.language, choice.digest, choice.notice_digest)
    given = {"actor": actor, "subject": subject, "purpose": purpose, "channel": "centre", "at": clock.now()}
    choosing.give(shown=shown, **given)  # type: ignore[arg-type]
    if said == "no":
        choosing.withdraw(**given)  # type: ignore[arg-type]
