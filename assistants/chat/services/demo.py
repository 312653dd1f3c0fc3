"""The chat of `make demo`: open for the concierge, a link that is out, people who talked and what they said of it.

Calls of these chats are statistics, as if nothing was kept of what was said.
"""

from datetime import datetime, timedelta

from assistants.catalog.models import Assistant
from assistants.chat.models import Chat, Session, Setting, Turn
from assistants.chat.queries import visits
from assistants.chat.queries.visits import Visit
from assistants.chat.rules.chats import DISCLOSURE, SESSION_LIFE, Way, subject_name
from assistants.chat.services import inviting, setting, voicing
from assistants.chat.services.setting import Wanted
from assistants.conversations.models import Call
from compliance.subjects.rules import Kind
from compliance.subjects.services import naming
from panel.kernel import actors, clock, ids
from panel.kernel.registries import demo

SLUG = "support-concierge"
GREETING = "Hello! I know orders, parcels and returns. What is it about?"
CONTACT = "We answer on working days, mostly within three hours. In a hurry: +46 40 10 20 30."
WORDS = (
    "It told me a delivery day that was two days off.",
    "Quick and friendly, thank you.",
    "It stopped when I asked about two orders at once.",
)
ASKED = "My parcel says delivered but it is not here. Please call me."


def build(world: demo.World) -> None:
    assistant = Assistant.objects.select_related("live_version").get(slug=SLUG)
    with demo.past(world.ago(12)):
        wanted = Wanted(
            active=True, members=True, invited=True, anyone=True, files=True, name="Lindqvist care", greeting=GREETING,
            contact=CONTACT, sites=["https://shop.lindqvist.example"],
        )  # fmt: skip
        row = setting.settle(actor=actors.console(), assistant=assistant, wanted=wanted, at=clock.now())
        inviting.invite(
            actor=actors.console(), assistant=assistant, label="Customers of the test shop", days=90, at=clock.now()
        )
    for number in range(9):
        with demo.past(world.ago(11 - number * 1.15)):
            _visit(world, row, number)


def _visit(world: demo.World, row: Setting, number: int) -> None:
    """Somebody comes, is told, says two to five things and rates one of them."""
    at, assistant, key = clock.now(), row.assistant, ids.new_id()
    subject = naming.subject_for(Kind.END_USER, subject_name(key.hex), scope=assistant.id)
    later = at + timedelta(seconds=20)
    session = Session.objects.create(
        id=key, assistant=assistant, subject_id=subject, digest=visits.hashed(f"demo {key}"), way=Way.OPEN.value,
        opened_at=at, expires_at=at + SESSION_LIFE, told_at=at, told=DISCLOSURE, first_at=later,
        embedded=number % 3 == 0,
    )  # fmt: skip
    visit = Visit(row, actors.ANONYMOUS, Way.OPEN, session)
    chat = Chat.objects.create(
        id=ids.new_id(later), assistant=assistant, subject_id=subject, began_at=later, last_at=later
    )
    turns = [_turn(world, chat, later + timedelta(seconds=40 * step)) for step in range(world.chance.randint(2, 5))]
    voicing.rate(visit=visit, turn=turns[-1], rating=-1 if number % 4 == 1 else 1, words=WORDS[number % 9 // 3], at=at)
    if number == 7:
        voicing.contact(visit=visit, words=ASKED, reply_to="+46 70 000 00 00", at=at)


def _turn(world: demo.World, chat: Chat, at: datetime) -> Turn:
    key = ids.new_id(at)
    live = chat.assistant.live_version
    took = world.chance.randint(300_000, 1_900_000)
    Call.objects.create(
        day=ids.day_of(key), id=key, at=at, route="/stream/chat", source="chat", assistant=chat.assistant_id,
        version=live.id if live else None, provider=live.provider_id if live else None, model="demo",
        subject=chat.subject_id, stream=True, status=200, upstream_status=200, tokens_in=world.chance.randint(40, 160),
        tokens_out=world.chance.randint(20, 200), first_us=took // 3, total_us=took,
    )  # fmt: skip
    Chat.objects.filter(id=chat.id).update(last_at=at)
    return Turn.objects.create(id=key, chat=chat, at=at)
