import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.access import queries
from accounts.access.rules import Role
from accounts.people.models import User
from accounts.people.rules import State
from accounts.signin.models import RecoveryCode, TotpDevice
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.installation import organisation
from panel.setup.models import SetupLink
from tests.factories.people import PASSWORD, code_of, make_person

pytestmark = pytest.mark.django_db
ADA = {
    "stage": "administrator",
    "organisation": "Lindqvist Home",
    "full_name": "Ada Admin",
    "email": "ada@example.test",
    "password": PASSWORD,
}


def printed() -> str:
    out = StringIO()
    call_command("setup_link", stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def path() -> str:
    (Path(settings.DATA_DIR) / "run" / "setup_token").unlink(missing_ok=True)
    return printed().removeprefix(f"Open {settings.BASE_URL}")


def codes_page(client: Client, path: str) -> tuple[str, list[str]]:
    text = client.get(path).content.decode()
    found = re.search(r'name="series" value="([^"]+)"', text)
    assert found
    return found[1], re.findall(r"<code>([0-9A-Z-]{19})</code>", text)


def walk(client: Client, path: str) -> Any:
    """The whole set-up; the last answer."""
    client.post(path, ADA)
    client.get(path)
    device = TotpDevice.objects.get(confirmed=False)
    client.post(path, {"stage": "factor", "code": code_of(device)})
    series, _codes = codes_page(client, path)
    return client.post(path, {"stage": "codes", "series": series, "stored": "on"})


def test_the_link_makes_an_administrator_who_is_signed_in(path: str) -> None:
    client = Client()
    assert "Who runs this panel?" in client.get(path).content.decode()
    assert walk(client, path)["Location"] == "/setup/first-steps/"
    assert client.get("/").status_code == 200
    user = User.objects.get()
    assert queries.holders(Role.ADMINISTRATOR, clock.now()) == {user.id}
    assert user.state == State.ACTIVE
    assert organisation() == "Lindqvist Home"
    assert Leaf.objects.filter(event="setup.administrator.made").count() == 1


def test_nobody_is_administrator_before_the_last_step(path: str) -> None:
    client = Client()
    client.post(path, ADA)
    assert queries.holders(Role.ADMINISTRATOR, clock.now()) == set()
    assert client.get("/").status_code == 302
    assert User.objects.get().state == State.INVITED


def test_a_used_or_wrong_link_is_a_page_that_helps(path: str) -> None:
    wrong = Client().get("/setup/wrong/")
    assert wrong.status_code == 404
    assert "setup_link" in wrong.content.decode()
    walk(Client(), path)
    assert Client().get(path).status_code == 404
    assert Client().post(path, ADA).status_code == 404


def test_the_same_link_is_printed_until_it_is_used(path: str, django_capture_on_commit_callbacks: Any) -> None:
    assert printed().endswith(path)
    assert SetupLink.objects.count() == 1
    token_file = Path(settings.DATA_DIR) / "run" / "setup_token"
    assert token_file.stat().st_mode & 0o777 == 0o600
    with django_capture_on_commit_callbacks(execute=True):
        walk(Client(), path)
    assert printed() == ""
    assert not token_file.exists()


def test_a_lost_token_file_makes_a_new_link_and_ends_the_old(path: str) -> None:
    (Path(settings.DATA_DIR) / "run" / "setup_token").unlink()
    other = printed()
    assert not other.endswith(path)
    assert Client().get(path).status_code == 404


def test_the_token_is_stored_as_a_hash_only(path: str) -> None:
    token = path.split("/")[2]
    assert token.encode() not in bytes(SetupLink.objects.get().digest)


def test_a_reload_resumes_at_the_same_step_with_the_same_secret(path: str) -> None:
    client = Client()
    client.post(path, ADA)
    first = client.get(path).content.decode()
    second = client.get(path).content.decode()
    secrets = [re.findall(r"<code>([A-Z2-7 ]{39})</code>", text) for text in (first, second)]
    assert secrets[0] == secrets[1] != []
    assert "Add an authenticator app" in second
    assert "<svg" in second
    assert "style=" not in second


def test_another_browser_goes_on_with_the_password_only(path: str) -> None:
    Client().post(path, ADA)
    other = Client()
    page = other.get(path).content.decode()
    assert "Go on where you left" in page
    assert "otpauth" not in page
    assert other.post(path, {"stage": "factor", "password": "wrong password"}).status_code == 422
    assert other.post(path, {"stage": "factor", "password": PASSWORD}).status_code == 302
    assert "Add an authenticator app" in other.get(path).content.decode()


def test_two_browsers_make_one_administrator(path: str) -> None:
    first, second = Client(), Client()
    first.get(path)
    second.get(path)
    first.post(path, ADA)
    assert second.post(path, {**ADA, "email": "eve@example.test"}).status_code == 302
    assert User.objects.count() == 1


def test_a_wrong_first_code_does_not_go_on(path: str) -> None:
    client = Client()
    client.post(path, ADA)
    client.get(path)
    assert client.post(path, {"stage": "factor", "code": "000000"}).status_code == 422
    assert SetupLink.objects.get().stage == "factor"


def test_a_mistyped_address_is_corrected_by_going_back(path: str) -> None:
    client = Client()
    client.post(path, {**ADA, "email": "adda@example.test"})
    assert 'name="back"' in client.get(path).content.decode()
    client.post(path, {"stage": "factor", "code": "", "back": "1"})
    assert 'value="adda@example.test"' in client.get(path).content.decode()
    assert "adda@example.test" not in Client().get(path).content.decode()
    walk(client, path)
    assert User.objects.get().email_address == "ada@example.test"
    assert queries.holders(Role.ADMINISTRATOR, clock.now()) == {User.objects.get().id}


def test_weak_passwords_are_refused_with_a_sentence(path: str) -> None:
    for password in (
        "short",
        "aaaaaaaaaaaaaa",
        "password12345!",
        "liverpool2024!",
        "chelseachelsea",
        "ada admin 12",
        "lindqvist home",
    ):
        response = Client().post(path, {**ADA, "password": password})
        assert response.status_code == 422
    assert not User.objects.exists()


def test_codes_are_shown_once_and_only_the_newest_set_counts(path: str) -> None:
    client = Client()
    client.post(path, ADA)
    client.get(path)
    client.post(path, {"stage": "factor", "code": code_of(TotpDevice.objects.get())})
    old, first = codes_page(client, path)
    _new, second = codes_page(client, path)
    assert len(set(first)) == 10
    assert not set(first) & set(second)
    assert client.post(path, {"stage": "codes", "series": old, "stored": "on"}).status_code == 422
    assert RecoveryCode.objects.count() == 10


def test_a_lost_link_does_not_strand_who_began_under_it(path: str) -> None:
    Client().post(path, ADA)
    (Path(settings.DATA_DIR) / "run" / "setup_token").unlink()
    other = printed().removeprefix(f"Open {settings.BASE_URL}")
    client = Client()
    assert walk(client, other)["Location"] == "/setup/first-steps/"
    assert User.objects.count() == 1


def test_nobody_skips_the_codes_with_an_empty_name_of_their_set(path: str) -> None:
    client = Client()
    client.post(path, ADA)
    client.get(path)
    client.post(path, {"stage": "factor", "code": code_of(TotpDevice.objects.get())})
    assert client.post(path, {"stage": "codes", "series": "", "stored": "on"}).status_code == 422
    assert queries.holders(Role.ADMINISTRATOR, clock.now()) == set()


def test_there_is_no_link_when_there_is_an_administrator(path: str) -> None:
    make_person("adam", role=Role.ADMINISTRATOR)
    assert printed() == ""
    assert Client().get(path).status_code == 404


class TestRecoverAdmin:
    def recover(self, *args: str) -> str:
        out = StringIO()
        call_command("recover_admin", *args, stdout=out)
        return out.getvalue().strip().removeprefix(f"Open {settings.BASE_URL}")

    def test_gives_an_administrator_new_password_and_factors(self) -> None:
        adam = make_person("adam", role=Role.ADMINISTRATOR, password=PASSWORD)
        path = self.recover("adam@example.test")
        client = Client()
        client.post(path, {"stage": "password", "password": "an entirely new phrase"})
        client.get(path)
        device = TotpDevice.objects.get(user=adam, confirmed=False)
        client.post(path, {"stage": "factor", "code": code_of(device)})
        series, _codes = codes_page(client, path)
        assert client.post(path, {"stage": "codes", "series": series, "stored": "on"})["Location"] == "/"
        assert client.get("/").status_code == 200
        assert Client().get(path).status_code == 404
        assert User.objects.get().check_password("an entirely new phrase")
        assert Leaf.objects.filter(event="signin.administrator.recovered", actor_kind="console").exists()

    def test_makes_a_new_administrator(self) -> None:
        path = self.recover("new@example.test", "--create", "New Admin")
        assert "Welcome, New Admin" in Client().get(path).content.decode()
        assert queries.role_grants(User.objects.get().id)[0].role == Role.ADMINISTRATOR

    def test_helps_nobody_else(self) -> None:
        make_person("bob", role=Role.OPERATOR)
        with pytest.raises(Exception, match="No administrator has this address"):
            self.recover("bob@example.test")
