"""Secrets go in and come out for the user they are bound to, and for nobody else."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError
from psycopg import sql

from accounts.access.rules import Role
from assistants.vault import queries, rules, services
from assistants.vault.models import Secret, SecretVersion
from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.crypto import keyring
from panel.kernel.crypto.envelope import EnvelopeError
from panel.kernel.errors import Conflict, Forbidden, Invalid
from tests.factories.people import actor_of, make_person

pytestmark = pytest.mark.django_db

VALUE = "sk-canary-7vQ2mLx8TzR4-Zq9w"
PROVIDER = ("provider", uuid.UUID(int=7))
CONSOLE = actors.console()


def stored(name: str = "Mistral", value: str = VALUE, **more: object) -> Secret:
    return services.create(actor=CONSOLE, name=name, kind="api_key", value=value, at=clock.now(), **more)  # type: ignore[arg-type]


def given(secret: Secret, user: tuple[str, uuid.UUID] = PROVIDER) -> bytes:
    return services.use(secret.id, user=user, at=clock.now())


def bound(secret: Secret) -> Secret:
    services.bind(actor=CONSOLE, secret=secret, user=PROVIDER, at=clock.now())
    return secret


class TestUse:
    def test_a_bound_user_gets_the_value(self) -> None:
        assert given(bound(stored())) == VALUE.encode()

    def test_a_user_that_is_not_bound_gets_nothing(self) -> None:
        secret = bound(stored())
        for user in (("provider", uuid.UUID(int=8)), ("webhook", PROVIDER[1])):
            with pytest.raises(services.NotBound):
                given(secret, user)

    def test_a_secret_that_does_not_exist_is_refused_in_the_same_words(self) -> None:
        with pytest.raises(services.NotBound) as missing:
            services.use(uuid.uuid4(), user=PROVIDER, at=clock.now())
        with pytest.raises(services.NotBound) as unbound:
            given(stored())
        assert str(missing.value) == str(unbound.value)

    def test_it_ends_with_the_binding(self) -> None:
        secret = bound(stored())
        services.unbind(actor=CONSOLE, secret=secret, user=PROVIDER, at=clock.now())
        with pytest.raises(services.NotBound):
            given(secret)

    def test_it_ends_at_the_moment_of_expiry(self) -> None:
        end = clock.now() + timedelta(hours=1)
        secret = bound(stored(expires_at=end))
        assert services.use(secret.id, user=PROVIDER, at=end - timedelta(seconds=1))
        with pytest.raises(services.NotUsable):
            services.use(secret.id, user=PROVIDER, at=end)

    def test_a_disabled_secret_waits_until_it_is_enabled(self) -> None:
        secret = services.disable(actor=CONSOLE, secret=bound(stored()), at=clock.now())
        with pytest.raises(services.NotUsable):
            given(secret)
        services.enable(actor=CONSOLE, secret=secret, at=clock.now())
        assert given(secret) == VALUE.encode()


class TestRotate:
    def test_the_new_value_is_used_at_once_and_the_old_version_stays(self) -> None:
        secret = bound(stored())
        services.rotate(actor=CONSOLE, secret=secret, value="sk-another-value-0002", at=clock.now())
        assert given(secret) == b"sk-another-value-0002"
        assert [(one.number, one.shown) for one in queries.versions(secret)] == [(2, "0002"), (1, "Zq9w")]

    def test_the_new_value_has_an_end_of_its_own(self) -> None:
        soon, late = clock.now() + timedelta(days=1), clock.now() + timedelta(days=90)
        secret = stored(expires_at=soon)
        assert queries.ending(CONSOLE, clock.now()) == [secret]
        services.rotate(actor=CONSOLE, secret=secret, value="v2", expires_at=late, at=clock.now())
        assert queries.ending(CONSOLE, clock.now()) == []

    def test_a_stale_page_does_not_replace_what_it_has_not_seen(self) -> None:
        secret = bound(stored())
        services.rotate(actor=CONSOLE, secret=secret, value="sk-first-replacement", at=clock.now(), revision=2)
        with pytest.raises(services.Changed):
            services.rotate(actor=CONSOLE, secret=secret, value="sk-second-value-here", at=clock.now(), revision=2)

    def test_a_disabled_secret_is_not_replaced(self) -> None:
        secret = services.disable(actor=CONSOLE, secret=stored(), at=clock.now())
        with pytest.raises(services.NotRotatable):
            services.rotate(actor=CONSOLE, secret=secret, value="x", at=clock.now())

    def test_every_change_moves_the_epoch_that_the_gateway_follows(self) -> None:
        secret = stored()
        seen = [secret.epoch]
        seen.append(services.rotate(actor=CONSOLE, secret=secret, value="v2", at=clock.now()).epoch)
        bound(secret)
        seen.append(Secret.objects.get(id=secret.id).epoch)
        seen.append(services.disable(actor=CONSOLE, secret=secret, at=clock.now()).epoch)
        assert seen == sorted(set(seen))


class TestDestroy:
    def test_no_version_can_be_opened_again(self) -> None:
        secret = bound(stored())
        row = SecretVersion.objects.get(secret=secret)
        services.destroy(actor=CONSOLE, secret=secret, at=clock.now())
        with pytest.raises(keyring.KeyGone):
            keyring.open_sealed(bytes(row.sealed), **services.PLACE, row=secret.id, version=1)
        with pytest.raises(keyring.KeyGone):
            assert SecretVersion.objects.get(secret=secret).shown
        with pytest.raises(services.NotBound):
            given(secret)

    def test_it_happens_once_and_frees_the_name(self) -> None:
        secret = stored()
        services.destroy(actor=CONSOLE, secret=secret, at=clock.now())
        with pytest.raises(Conflict):
            services.destroy(actor=CONSOLE, secret=secret, at=clock.now())
        assert stored().id != secret.id


class TestCreate:
    def test_two_kept_secrets_never_share_a_name(self) -> None:
        stored("Mistral")
        with pytest.raises(services.NameTaken):
            stored("mistral")

    @pytest.mark.parametrize("value", ["", "   \n", "a\0b", "x" * (rules.VALUE_LIMIT + 1)])
    def test_a_value_that_cannot_be_one_is_refused(self, value: str) -> None:
        with pytest.raises(Invalid) as refused:
            stored(value=value)
        assert "value" in refused.value.fields

    def test_an_end_in_the_past_is_refused(self) -> None:
        with pytest.raises(Invalid):
            stored(expires_at=clock.now() - timedelta(seconds=1))

    def test_nobody_without_the_right_stores_or_sees_one(self) -> None:
        stored()
        stranger = actors.Actor("person", uuid.uuid4())
        with pytest.raises(Forbidden):
            services.create(actor=stranger, name="x", kind="token", value="x", at=clock.now())
        assert not queries.visible_to(stranger).exists()


class TestStorage:
    def test_no_table_holds_the_value_or_its_tail(self) -> None:
        secret = bound(stored())
        services.rotate(actor=CONSOLE, secret=secret, value=VALUE + "-2", at=clock.now())
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                " AND relnamespace = 'public'::regnamespace"
            )
            tables = [name for (name,) in cursor.fetchall()]
            for table in tables:
                cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)).as_string())
                held = b"".join(_bytes(value) for row in cursor.fetchall() for value in row)
                assert b"canary" not in held, table
                assert VALUE[-4:].encode() not in held, table

    def test_a_version_moved_to_another_secret_or_number_does_not_open(self) -> None:
        one, other = stored("one"), stored("other")
        row = SecretVersion.objects.get(secret=one)
        for secret, number in ((other, 1), (one, 2)):
            with pytest.raises(EnvelopeError):
                keyring.open_sealed(bytes(row.sealed), **services.PLACE, row=secret.id, version=number)

    def test_a_version_is_never_changed_or_deleted(self) -> None:
        version = SecretVersion.objects.get(secret=stored())
        for change in (lambda: SecretVersion.objects.filter(id=version.id).update(number=9), version.delete):
            with pytest.raises((IntegrityError, InternalError, ProgrammingError)), transaction.atomic():
                change()

    def test_scanners_recognise_the_value_without_holding_it(self) -> None:
        stored()
        assert queries.recognise(VALUE) == "Mistral"
        assert queries.recognise(VALUE[:-1]) is None

    def test_every_verb_stands_in_the_journal_without_the_value(self) -> None:
        secret = bound(stored())
        services.rotate(actor=CONSOLE, secret=secret, value=VALUE + "-2", at=clock.now())
        services.destroy(actor=CONSOLE, secret=secret, at=clock.now())
        leaves = Leaf.objects.filter(object_id=secret.id)
        assert set(leaves.values_list("event", flat=True)) == {
            "vault.secret.created",
            "vault.secret.bound",
            "vault.secret.rotated",
            "vault.secret.destroyed",
        }


def _bytes(value: object) -> bytes:
    if isinstance(value, memoryview | bytes):
        return bytes(value)
    return str(value).encode()


def test_the_maker_owns_the_secret() -> None:
    adam = make_person("adam", role=Role.ADMINISTRATOR)
    actor = actor_of(adam)
    secret = services.create(actor=actor, name="n", kind="token", value="v", at=clock.now())
    assert secret.owner_id == adam.id
