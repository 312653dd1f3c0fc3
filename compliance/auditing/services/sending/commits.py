"""Checkpoints as commits, by the contents API that GitHub, Gitea and Forgejo share. A file is made once and never replaced:
no request names the version (`sha`) that it would replace, and without one the other side refuses."""

import base64
import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from django.utils.translation import gettext as _

from compliance.auditing.models import Sink
from compliance.auditing.services.sending import lines
from compliance.auditing.services.sending.errors import NotSent, Rewritten
from panel.journal.models import Checkpoint

BRANCH, LARGEST = "main", 65_536
_PATH = re.compile(r"(?P<base>(?:/[\w.-]+)*)/repos/[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_BRANCH = re.compile(r"\w[\w./-]{0,199}", re.ASCII)


@dataclass(frozen=True)
class Repository:
    """`url` is that of its files; `create` the method that makes one: POST at Gitea and Forgejo, whose API ends in /api/v1 and
    whose PUT only changes files, PUT elsewhere."""

    url: str
    branch: str
    create: str

    @classmethod
    def of(cls, target: str) -> "Repository":
        """Of `https://host/…/repos/owner/name?branch=…`. Raises ValueError."""
        parts = urlsplit(target)
        path, more = parts.path.rstrip("/"), parse_qs(parts.query, keep_blank_values=True)
        branch = more.pop("branch", [BRANCH])[-1]
        found = _PATH.fullmatch(path)
        climbing = {".", ".."} & {*path.split("/"), *branch.split("/")}
        if found is None or more or climbing or not _BRANCH.fullmatch(branch):
            raise ValueError("no repository")
        create = "POST" if found["base"].endswith("/api/v1") else "PUT"
        return cls(f"{parts.scheme}://{parts.netloc}{path}/contents", branch, create)


def commit(row: Sink, head: Checkpoint) -> None:
    """The same file with the same text again does no harm. Raises NotSent; Rewritten when another text lies there."""
    there, note = Repository.of(str(row.target)), head.note.encode()
    url = f"{there.url}/checkpoints/{head.size:016}.txt"
    asked = {
        "message": f"Checkpoint of {head.size} entries",
        "content": base64.b64encode(note).decode(),
        "branch": there.branch,
    }
    headers = {"authorization": f"token {row.token}", "accept": "application/json"}
    body = json.dumps(asked).encode()
    made = lines.ask(url, {**headers, "content-type": "application/json"}, body, method=there.create).status
    if made == 201:
        return
    if made not in {200, 409, 422}:
        raise NotSent(_told(made))
    held = lines.ask(f"{url}?{urlencode({'ref': there.branch})}", headers, b"", method="GET", read=LARGEST)
    if held.status != 200:  # it was refused for another reason than that it is there
        raise NotSent(_told(made if held.status == 404 else held.status))
    if _text(held.body) != note:
        told = _("Another checkpoint of %(n)s entries lies there: one of the two was written anew. Verify the journal.")
        raise Rewritten(told % {"n": head.size}, head.size)


def _told(status: int) -> str:
    known = {
        401: _("It does not take the token (401)."),
        403: _("The token may not commit to this branch (403)."),
        404: _("There is no such repository or branch, or the token does not see it (404)."),
    }
    return known.get(status) or _("It answered %(status)s.") % {"status": status}


def _text(body: bytes) -> bytes | None:
    """What lies there; None when it is no file, or far too long to be a checkpoint. Raises NotSent."""
    if len(body) >= LARGEST:
        return None
    try:
        found = json.loads(body)
        if not isinstance(found, dict) or found.get("encoding") != "base64":
            return None
        return base64.b64decode(str(found.get("content")))
    except ValueError:
        raise NotSent(_("Its answer cannot be read.")) from None
