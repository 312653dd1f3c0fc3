"""What somebody asked of the privacy officer, as the gateway then treats their calls: real processes, one keep-alive line."""

import time
from collections.abc import Iterator
from uuid import UUID

import openai
import pytest

from accounts.people.models import User
from assistants.catalog.models import Binding
from assistants.catalog.services import purposes
from compliance.consent.models import Purpose
from compliance.consent.rules.purposes import Basis, Use
from compliance.consent.services import restricting
from compliance.requests.models import Request
from compliance.requests.rules.wishes import Wish
from compliance.requests.services import asking, effects, working
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Proof, Visitor
from panel.kernel import actors, clock, ids
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.callers.consent.lines import HELLO, Line, client, subject_of
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


def bound(world: World, pia: User, use: Use = Use.IMPROVEMENT, basis: Basis = Basis.CONSENT) -> tuple[Purpose, Binding]:
    made = make_purpose(pia, slug=ids.new_id().hex[-12:], use=use, basis=basis)
    binding = purposes.bind(actor=CONSOLE, assistant=world.assistant, purpose_id=made.id, at=clock.now())
    worlds.settle()
    return made, binding


def carried_out(subject: UUID, pia: User, kind: str, purposes: list[UUID] | None = None) -> Request:
    who = Visitor(subject, tuple(subjects.together(subject)), Proof.EMAIL_LINK)
    row = asking.ask(actor=who.actor, visitor=who, wish=Wish(kind, "Please."), at=clock.now())
    row = working.take(actor=fresh(pia), request=row, at=clock.now())
    return effects.carry_out(actor=fresh(pia), request=row, words="", purposes=purposes, at=clock.now())


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


def test_an_upheld_objection_ends_just_that_processing_and_for_nobody_else(
    world: World, gateway_server: Live, line: Line, lena: UUID, pia: User, mock_provider: MockProvider
) -> None:
    """Two purposes that nobody is asked about: the objection is upheld for one of them."""
    other, binding = bound(world, pia, Use.SERVICE, Basis.LEGITIMATE_INTERESTS)
    profile, second = bound(world, pia, Use.ANALYTICS, Basis.LEGITIMATE_INTERESTS)
    assert line.ask() == (200, "")
    reached = len(mock_provider.bodies)
    assert carried_out(lena, pia, "objection", [profile.id]).state == "fulfilled"
    assert line.ask() == (403, "processing_objected")
    assert len(mock_provider.bodies) == reached
    nils = Line(gateway_server, world, "nils-of-the-same-key")
    assert nils.ask() == (200, "")
    nils.close()
    purposes.unbind(actor=CONSOLE, binding=second, at=clock.now())
    worlds.settle()
    assert line.ask() == (200, ""), "the other purpose goes on"
    assert binding.purpose_id == other.id


def test_an_opt_out_ends_sharing_that_nobody_was_asked_about(world: World, line: Line, lena: UUID, pia: User) -> None:
    bound(world, pia, Use.SHARING, Basis.LEGITIMATE_INTERESTS)
    assert line.ask() == (200, "")
    carried_out(lena, pia, "opt_out")
    assert line.ask() == (403, "processing_objected")


def test_a_stream_under_way_ends_when_an_objection_is_upheld(
    world: World, gateway_server: Live, named: str, lena: UUID, pia: User, mock_provider: MockProvider
) -> None:
    bound(world, pia, Use.ANALYTICS, Basis.LEGITIMATE_INTERESTS)
    mock_provider.reply("word " * 200, pieces=5, pace=0.05)
    with client(gateway_server, world.token) as ask:
        answer = ask.chat.completions.create(model=world.slug, messages=HELLO, user=named, stream=True)
        next(iter(answer))
        carried_out(lena, pia, "objection")
        began = time.monotonic()
        with pytest.raises(openai.APIError) as told:
            for _chunk in answer:
                pass
    assert time.monotonic() - began < 1.0
    assert told.value.code == "processing_objected"
