"""Versions are immutable, named by their content, published with a reason and brought back in one step."""

import hashlib
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from assistants.catalog.models import Assistant, AssistantVersion, Draft, Publication
from assistants.catalog.queries import versions
from assistants.catalog.services import assistants, publishing, switch
from assistants.catalog.services.changes import Changed, NotPossible, SlugTaken
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Forbidden, Invalid
from tests.assistants.catalog.stage import CONSOLE, live, new, publish, write
from tests.factories.people import actor_of, make_person

pytestmark = pytest.mark.django_db


def refreshed(assistant: Assistant) -> Assistant:
    return Assistant.objects.select_related("live_version").get(id=assistant.id)


class TestPublish:
    def test_the_first_publication_makes_the_assistant_live(self) -> None:
        assistant = new()
        assert assistant.state == "draft"
        publication = publish(assistant, "Help.")
        assistant = refreshed(assistant)
        assert (assistant.state, assistant.live_version) == ("live", publication.version)
        assert publication.version.number == 1

    def test_a_version_reads_back_and_its_address_is_the_hash_of_its_bytes(self) -> None:
        version = publish(new(), "Help. 你好").version
        version = AssistantVersion.objects.get(id=version.id)
        assert hashlib.sha256(version.content.encode()).hexdigest() == version.digest
        assert versions.content_of(version).system_prompt == "Help. 你好"
        assert versions.content_of(version).parameters == {"temperature": 0.2}

    def test_the_prompt_stands_in_no_table_in_clear(self) -> None:
        assistant = new()
        write(assistant, "canary-prompt-7731")
        publishing.publish(actor=CONSOLE, assistant=assistant, message="First", at=clock.now())
        with connection.cursor() as cursor:
            for table in ("catalog_draft", "catalog_version", "journal_leaf"):
                cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - a constant
                values = [value for row in cursor.fetchall() for value in row]
                assert not [one for one in values if b"canary" in _bytes(one)], table

    def test_numbers_count_up_and_the_message_stays(self) -> None:
        assistant = new()
        for prompt in ("One.", "Two.", "Three."):
            publish(assistant, prompt)
        assert [(one.number, one.message) for one in versions.of(assistant)] == [
            (3, "Says Three."),
            (2, "Says Two."),
            (1, "Says One."),
        ]

    def test_a_draft_that_says_the_same_is_not_published_again(self) -> None:
        assistant = live()
        with pytest.raises(publishing.NothingChanged):
            publish(assistant, "Help with computers.")
        assert AssistantVersion.objects.filter(assistant=assistant).count() == 1

    def test_old_content_brings_its_version_back_instead_of_a_twin(self) -> None:
        assistant = new()
        first = publish(assistant, "One.").version
        publish(assistant, "Two.")
        assert publish(assistant, "One.").version == first
        assert AssistantVersion.objects.filter(assistant=assistant).count() == 2

    def test_an_unfinished_draft_says_what_is_missing(self) -> None:
        assistant = new()
        with pytest.raises(publishing.NotPublishable) as refused:
            publishing.publish(actor=CONSOLE, assistant=assistant, message="First", at=clock.now())
        assert set(refused.value.fields) == {"system_prompt", "provider", "model", "policy"}

    def test_a_publication_needs_a_reason(self) -> None:
        assistant = new()
        write(assistant, "Help.")
        with pytest.raises(Invalid):
            publishing.publish(actor=CONSOLE, assistant=assistant, message="  ", at=clock.now())

    def test_what_was_not_seen_is_not_published(self) -> None:
        assistant = new()
        seen = write(assistant, "Help.").revision
        write(assistant, "Do harm.")
        with pytest.raises(NotPossible):
            publishing.publish(actor=CONSOLE, assistant=assistant, message="First", draft_revision=seen, at=clock.now())

    def test_a_stopped_assistant_stays_stopped(self) -> None:
        assistant = live()
        switch.pause(actor=CONSOLE, assistant=assistant, reason="It told secrets", at=clock.now())
        publish(assistant, "Better.")
        assert refreshed(assistant).state == "paused"

    def test_it_moves_the_epoch_that_the_gateway_follows(self) -> None:
        assistant = live()
        before = assistant.epoch
        publish(assistant, "Other.")
        assert refreshed(assistant).epoch > before


class TestRollBack:
    def test_it_takes_one_step_and_is_a_publication_of_its_own(self) -> None:
        assistant = new()
        first = publish(assistant, "One.").version
        publish(assistant, "Two.")
        publishing.roll_back(actor=CONSOLE, assistant=assistant, version=first, message="Two was wrong", at=clock.now())
        assert refreshed(assistant).live_version == first
        assert [(one.kind, one.version.number) for one in versions.history(assistant)] == [
            ("rollback", 1),
            ("publish", 2),
            ("publish", 1),
        ]

    def test_the_draft_stays_as_it_was(self) -> None:
        assistant = new()
        first = publish(assistant, "One.").version
        publish(assistant, "Two.")
        publishing.roll_back(actor=CONSOLE, assistant=assistant, version=first, message="Back", at=clock.now())
        assert Draft.objects.get(assistant=assistant).system_prompt == "Two."

    def test_the_live_version_is_not_rolled_back_to(self) -> None:
        assistant = live()
        version = AssistantVersion.objects.get(assistant=assistant)
        with pytest.raises(publishing.NothingChanged):
            publishing.roll_back(actor=CONSOLE, assistant=assistant, version=version, message="x", at=clock.now())

    def test_a_version_of_another_assistant_is_refused(self) -> None:
        one, other = live("one"), live("other")
        version = AssistantVersion.objects.get(assistant=other)
        with pytest.raises(NotPossible):
            publishing.roll_back(actor=CONSOLE, assistant=one, version=version, message="x", at=clock.now())


class TestImmutability:
    @pytest.mark.parametrize("table", ["catalog_version", "catalog_publication"])
    @pytest.mark.parametrize("change", ["UPDATE {} SET message = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_the_application_cannot_change_a_version(self, table: str, change: str) -> None:
        live()
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change.format(table))

    def test_the_same_content_twice_is_refused_by_the_database(self) -> None:
        version = AssistantVersion.objects.get(assistant=live())
        version.id, version.number = uuid.uuid4(), 2
        with pytest.raises(IntegrityError), transaction.atomic():
            version.save(force_insert=True)

    def test_a_live_assistant_without_a_version_is_refused_by_the_database(self) -> None:
        assistant = new()
        with pytest.raises(IntegrityError), transaction.atomic():
            Assistant.objects.filter(id=assistant.id).update(state="live")


class TestDraft:
    def test_the_second_of_two_editors_is_told(self) -> None:
        assistant = new()
        write(assistant, "Mine.", revision=1)
        with pytest.raises(Changed):
            write(assistant, "Yours.", revision=1)
        assert Draft.objects.get(assistant=assistant).system_prompt == "Mine."

    @pytest.mark.parametrize(
        "parameters", [{"temperature": 3}, {"max_tokens": "many"}, {"logit_bias": 1}, {"seed": True}]
    )
    def test_a_parameter_out_of_bounds_is_refused(self, parameters: dict[str, object]) -> None:
        with pytest.raises(Invalid):
            write(new(), "Help.", parameters=parameters)

    def test_an_archived_assistant_is_not_edited(self) -> None:
        assistant = new()
        assistants.archive(actor=CONSOLE, assistant=assistant, reason="Done", at=clock.now())
        with pytest.raises(NotPossible):
            write(assistant, "Help.")


class TestCreate:
    def test_the_maker_owns_it_and_may_do_everything(self) -> None:
        actor = actor_of(make_person("olivia", role="operator"))
        assistant = new(actor=actor)
        publish(assistant, "Help.", actor=actor)
        assert Publication.objects.get(assistant=assistant).by_id == actor.id

    def test_a_slug_is_taken_once(self) -> None:
        new("it-desk")
        with pytest.raises(SlugTaken):
            new("it-desk")

    @pytest.mark.parametrize("slug", ["", "It", "it desk", "-it", "it/desk", "é"])
    def test_a_slug_that_no_client_could_send_is_refused(self, slug: str) -> None:
        with pytest.raises(Invalid):
            new(slug)

    def test_a_member_makes_none(self) -> None:
        with pytest.raises(Forbidden):
            new(actor=actor_of(make_person("mallory")))


def test_every_verb_stands_in_the_journal() -> None:
    assistant = new()
    first = publish(assistant, "One.").version
    publish(assistant, "Two.")
    publishing.roll_back(actor=CONSOLE, assistant=assistant, version=first, message="Back", at=clock.now())
    assistants.archive(actor=CONSOLE, assistant=assistant, reason="Done", at=clock.now())
    assistants.restore(actor=CONSOLE, assistant=assistant, reason="Not done", at=clock.now())
    told = Leaf.objects.filter(object_id=assistant.id).order_by("id").values_list("event", flat=True)
    assert [event.removeprefix("catalog.") for event in told] == [
        "assistant.created",
        "draft.edited",
        "version.published",
        "draft.edited",
        "version.published",
        "version.rolled_back",
        "assistant.archived",
        "assistant.restored",
    ]


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
