"""What the credentials slice registers."""

from panel.kernel.registries import privacy
from panel.kernel.registries.privacy import NotPersonal

_WORD = NotPersonal("a fixed word of the program")

privacy.declare(
    "credentials.ApiKey",
    {
        "key_id": NotPersonal("the random public part of a key"),
        "digest": NotPersonal("a keyed hash of a random key", secret=True),
        "name": NotPersonal("the name of an application"),
        "scopes": _WORD,
        "creator_kind": _WORD,
    },
)
