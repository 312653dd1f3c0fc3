"""What somebody asked of the privacy officer, as the gateway then treats their calls: real processes, one keep-alive line."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from accounts.people.models import User
from assistants.catalog.models import Binding
from assistants.catalog.services import purposes
from compliance.consent.models import Purpose
from compliance.consent.rules.purposes import Use
from compliance.consent.services import restricting
from compliance.requests.models import Request
from compliance.requests.services import asking, effects, working
from compliance.requests.services.asking import Wish
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Proof, Visitor
from panel.kernel import actors, clock, ids
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.callers.consent.lines import Line, subject_of
from tests.assistants.gateway.callers.consent.test_live import choose
from tests.assistants.gateway.world import CONSOLE, World
from tests.compliance.consent.stage import make_purpose
from tests.compliance.requests.stage import fresh
from tests.factories.people import make_person
from tests.stage.live import Live
from tests.stage.provider import MockProvider

pytestmark = pytest.mark.slow


@pytest.fixture
def world(gateway_server: Live, mock_provider: MockProvider) -> World:
    made = worlds.build(mock_provider)
    mock_provider.bodies.clear()
    return made


@pytest.fixture
def pia(world: World) -> User:
    return make_person(f"pia-{ids.new_id().hex[-8:]}", role="privacy_officer")


@pytest.fixture
def named(world: World) -> str:
    return f"lena-{ids.new_id().hex[-8:]}"


@pytest.fixture
def line(gateway_server: Live, world: World, named: str) -> Iterator[Line]:
    made = Line(gateway_server, world, named)
    yield made
    made.close()


@pytest.fixture
def lena(world: World, named: str) -> UUID:
    return subject_of(world, named)


def bound(world: World, pia: User, use: Use = Use.IMPROVEMENT) -> tuple[Purpose, Binding]:
    made = make_purpose(pia, slug=ids.new_id().hex[-12:], use=use)
    binding = purposes.bind(actor=CONSOLE, assistant=world.assistant, purpose_id=made.id, at=clock.now())
    worlds.settle()
    return made, binding


def carried_out(subject: UUID, pia: User, kind: str) -> Request:
    who = Visitor(subject, tuple(subjects.together(subject)), Proof.EMAIL_LINK)
    row = asking.ask(actor=who.actor, visitor=who, wish=Wish(kind, "Please."), at=clock.now())
    row = working.take(actor=fresh(pia), request=row, at=clock.now())
    return effects.carry_out(actor=fresh(pia), request=row, words="", at=clock.now())


def test_who_asked_for_a_restriction_reaches_no_provider_until_it_is_lifted(
    world: World, line: Line, lena: UUID, pia: User, mock_provider: MockProvider
) -> None:
    assert line.ask() == (200, "")
    reached = len(mock_provider.bodies)
    assert carried_out(lena, pia, "restriction").state == "fulfilled"
    assert line.ask() == (403, "processing_restricted")
    assert len(mock_provider.bodies) == reached
    restricting.lift(actor=actors.SYSTEM, subject=lena, at=clock.now())
    worlds.settle()
    assert line.ask() == (200, "")


def test_an_objection_ends_what_was_agreed_to(world: World, line: Line, lena: UUID, pia: User) -> None:
    choose(lena, bound(world, pia)[0], yes=True)
    assert line.ask() == (200, "")
    carried_out(lena, pia, "objection")
    assert line.ask() == (403, "consent_withdrawn")


def test_an_opt_out_ends_sharing_and_nothing_else(world: World, line: Line, lena: UUID, pia: User) -> None:
    choose(lena, bound(world, pia)[0], yes=True)
    shares, binding = bound(world, pia, Use.SHARING)
    choose(lena, shares, yes=True)
    assert line.ask() == (200, "")
    carried_out(lena, pia, "opt_out")
    assert line.ask() == (403, "consent_withdrawn")
    purposes.unbind(actor=CONSOLE, binding=binding, at=clock.now())
    worlds.settle()
    assert line.ask() == (200, "")
