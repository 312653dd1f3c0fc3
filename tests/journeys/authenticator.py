"""Chromium's virtual authenticator, over the inspector (https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn)."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession

from tests.journeys.browser import Person

LAPTOP = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
# A key without PIN or fingerprint.
PLAIN_KEY = LAPTOP | {"transport": "usb", "hasUserVerification": False, "isUserVerified": False}


@dataclass
class Virtual:
    """What a person holds to their browser."""

    session: CDPSession
    id: str

    def credentials(self) -> list[dict[str, Any]]:
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(found["credentials"])

    def knows_its_owner(self, knows: bool) -> None:
        """Whether it finds the fingerprint right from now on."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": knows})

    def touched(self, touched: bool) -> None:
        self.session.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self.id, "enabled": touched})

    def roll_back(self, count: int) -> None:
        """As a copy that was made earlier: the same credential with a lower counter."""
        (known,) = self.credentials()
        name = {"authenticatorId": self.id, "credentialId": known["credentialId"]}
        self.session.send("WebAuthn.removeCredential", name)
        older = known | {"signCount": count}
        self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": older})

    def swap(self, options: dict[str, Any] | None = None) -> "Virtual":
        """Lay it down and hold another one."""
        self.lay_down()
        return _added(self.session, options)

    def lay_down(self) -> None:
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})


def hold(person: Person, options: dict[str, Any] | None = None) -> Virtual:
    person.inspector.send("WebAuthn.enable")
    return _added(person.inspector, options)


def _added(session: CDPSession, options: dict[str, Any] | None) -> Virtual:
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options or LAPTOP})
    return Virtual(session, str(made["authenticatorId"]))
