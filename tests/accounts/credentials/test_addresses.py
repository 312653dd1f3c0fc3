"""From where a key may be used."""

from typing import Any

import pytest

from accounts.credentials.engine import addresses
from accounts.credentials.queries import keys as queries
from accounts.people.models import User
from panel.kernel import clock
from panel.kernel.errors import Invalid
from tests.accounts.credentials.making import fresh, issue, manage
from tests.factories.people import signed_in


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("203.0.113.7", True),
        ("::ffff:203.0.113.7", True),
        ("203.0.114.1", False),
        ("2001:db8::1", True),
        ("2001:db8:1::1", False),
        ("198.51.100.4", True),
        ("fe80::1%eth0", False),
        ("", False),
        ("203.0.113.7, 10.0.0.1", False),
        ("localhost", False),
    ],
)
def test_an_address_lies_in_one_of_the_ranges_or_not(address: str, *, inside: bool) -> None:
    ranges = addresses.networks(["203.0.113.0/24", "2001:db8::/48", "198.51.100.4"])
    assert addresses.allowed(ranges, address) is inside


def test_without_ranges_every_address_will_do() -> None:
    assert addresses.allowed((), "203.0.113.7")
    assert addresses.allowed((), "")


@pytest.mark.parametrize(
    "text", ["203.0.113.7/24", "::ffff:203.0.113.0/120", "10.0.0.0/33", "example.org", "", "0x7f.1"]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of ipaddress, which says it in several ways
        addresses.parse(text)


def test_the_coarse_form_names_a_network_and_no_machine() -> None:
    assert addresses.coarse("203.0.113.77") == addresses.coarse("::ffff:203.0.113.9") == "203.0.113.0/24"
    assert addresses.coarse("2001:db8:1:2::9") == "2001:db8:1::/48"
    assert addresses.coarse("nowhere") == ""


@pytest.mark.django_db
class TestKeys:
    def test_a_wrong_range_is_a_sentence_at_its_field(self, alice: User, assistant: Any) -> None:
        with pytest.raises(Invalid) as refused:
            issue(fresh(alice), assistant, networks=["203.0.113.7/24"])
        assert "203.0.113.7/24" in refused.value.fields["networks"]
        form = {"name": "x", "assistants": [str(assistant.id)], "scopes": ["chat"], "days": "90", "networks": "here"}
        assert "“here” is no address range" in signed_in(alice).post("/keys/new/", form).content.decode()

    def test_the_form_takes_one_range_a_line(self, alice: User, assistant: Any) -> None:
        ranges = "203.0.113.0/24\n 2001:db8::/32 "
        form = {"name": "x", "assistants": [str(assistant.id)], "scopes": ["chat"], "days": "90", "networks": ranges}
        assert signed_in(alice).post("/keys/new/", form).status_code == 200
        assert alice.api_keys.get().networks == ["203.0.113.0/24", "2001:db8::/32"]

    def test_a_management_key_acts_from_its_ranges_only(self, alice: User) -> None:
        issued = manage(fresh(alice), "manage:credentials", networks=["203.0.113.0/24"])
        assert queries.actor_of(issued.token, clock.now(), "203.0.113.7")
        assert queries.actor_of(issued.token, clock.now(), "198.51.100.1") is None
        assert queries.actor_of(issued.token, clock.now(), "") is None

    def test_a_header_of_the_client_changes_nothing(self, alice: User, client: Any) -> None:
        issued = manage(fresh(alice), "manage:credentials", networks=["203.0.113.0/24"])
        headers = {"Authorization": f"Bearer {issued.token}"}
        assert client.get("/api/v1/keys/", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == 200
        for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP"):
            forged = {**headers, name: "for=203.0.113.9" if name == "Forwarded" else "203.0.113.9"}
            assert client.get("/api/v1/keys/", headers=forged, REMOTE_ADDR="198.51.100.1").status_code == 401
