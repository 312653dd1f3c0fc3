"""Which acts need a factor proved just now, and what a proof is."""

import time

import pytest

from accounts.access import services as access
from accounts.access.rules import FRESH_AT
from accounts.people.models import User
from tests.factories.people import code_of, signed_in

# Who takes one of these out says why in the commit. It gives rights, shows what is sealed, or cannot be undone.
DANGEROUS = {
    "account.security", "approvals.decide", "approvals.delegate", "auditing.disclose", "catalog.share_assistant",
    "conversations.reveal", "credentials.issue_management", "elevation.break_glass", "guard.change_policy", "mail.read",
    "mail.set", "ops.download_backup", "people.manage", "people.roles", "providers.allow_host", "signin.end_sessions",
    "people.teams", "signin.set_limits", "vault.bind_secret", "vault.destroy_secret",
}  # fmt: skip


def test_every_dangerous_right_asks_for_a_fresh_factor() -> None:
    permits = access.permits()
    assert {name for name in DANGEROUS if not permits[name].fresh} == set()


@pytest.mark.django_db
class TestProof:
    @pytest.mark.parametrize(("age", "asked"), [(0, False), (299, False), (301, True), (-60, True)])
    def test_it_is_good_for_five_minutes_and_none_from_the_future(self, adam: User, age: float, asked: bool) -> None:
        client = signed_in(adam)
        session = client.session
        session[FRESH_AT] = time.time() - age
        session.save()
        answer = client.get("/people/new/")
        assert (answer.status_code == 302) is asked

    def test_it_is_no_proof_for_another_session(self, adam: User) -> None:
        stale, other = signed_in(adam, fresh=False), signed_in(adam, fresh=False)
        assert (
            stale.post("/step-up/?next=/people/new/", {"code": code_of(adam.totpdevice_set.get())}).status_code == 302
        )
        assert stale.get("/people/new/").status_code == 200
        assert other.get("/people/new/")["Location"].startswith("/step-up/")

    def test_the_key_of_the_session_changes_and_the_old_one_opens_nothing(self, adam: User) -> None:
        client = signed_in(adam, fresh=False)
        old = client.cookies["session"].value
        client.post("/step-up/", {"code": code_of(adam.totpdevice_set.get())})
        assert client.cookies["session"].value != old
        client.cookies["session"] = old
        assert client.get("/")["Location"].startswith("/sign-in/")
