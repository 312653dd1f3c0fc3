"""Signed bundles: a zip of files that anybody can verify without this panel (docs/reference/bundle-format.md).

    built = bundles.build(actor=actor, kind="consent.receipt", files={"receipt.json": data}, about={...}, at=at)

or in two steps, where the signature belongs to the transaction of the act and the download comes later:

    signed = bundles.sign(actor=actor, kind=..., files=..., at=at)    # inside the transaction; journals it
    row.sealed = ...(bundles.pack(signed))
    bundles.archive(bundles.unpack(stored), at=at)                    # after the commit, as often as wanted

Signing writes a journal entry that holds the manifest's hash. The archive carries that entry's proof of inclusion: `archive`
seals what waits itself and needs no worker. If another process is sealing it waits at most two seconds; after that the bundle
goes out without `proof.json`, which verifiers say, and the proof can be fetched later under the bundle's id.
Large files: `panel.journal.drafts.Draft` and `stream`.
"""

import io
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise

from panel.journal import queries, sealing, signers
from panel.journal.models import Leaf
from panel.journal.rules import archive as layout
from panel.journal.rules import canonical
from panel.journal.rules import manifest as format1
from panel.journal.rules.archive import Content, Held
from panel.journal.services import About, Journalled, record
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.installation import installation_id

SIGNED = "journal.bundle.signed"
PATIENCE = 2.0  # seconds
_TOOLS = Path(__file__).parent / "verifiers"


@dataclass(frozen=True)
class Kind:
    """`name` is stable; `schema` counts up when the files of this kind change their shape."""

    name: str
    title: str | Promise
    schema: int = 1


_kinds: dict[str, Kind] = {}


def register(name: str, title: str | Promise, *, schema: int = 1) -> None:
    """Make a kind known, in hooks. Raises ValueError for a malformed name or a second meaning of a known one."""
    made = Kind(name, title, schema)
    if not format1.KIND.fullmatch(name) or _kinds.setdefault(name, made) != made:
        raise ValueError(f"{name!r} is no new kind of bundle.")


def kinds() -> Mapping[str, Kind]:
    return dict(sorted(_kinds.items()))


@dataclass(frozen=True)
class Signed:
    """What was signed: the manifest's exact bytes, the signature over it, and the files it lists."""

    id: UUID
    manifest: bytes
    signature: bytes
    files: Mapping[str, Content]


@dataclass(frozen=True)
class Built:
    """A whole bundle. `proved`: it carries its proof of inclusion already."""

    id: UUID
    data: bytes
    proved: bool


def sign(
    *,
    actor: Actor,
    kind: str,
    files: Mapping[str, bytes | Content],
    at: datetime,
    about: Mapping[str, Any] | None = None,
    obj: tuple[str, UUID] | Journalled | None = None,
    personal: Iterable[About | tuple[UUID, Mapping[str, Any]]] = (),
) -> Signed:
    """Sign files as a bundle inside the caller's transaction and journal it. Raises NotBundledError for names, sizes or a
    kind that no bundle may have, KekError in a process without the content ring.

    `about` stands in the manifest for everybody who gets the bundle; `obj` and `personal` go to the journal entry.
    """
    known = _kinds.get(kind)
    if known is None:
        raise format1.NotBundledError(f"The kind {kind!r} is not registered in any hooks.py.")
    held: dict[str, Content] = {n: Held(f) if isinstance(f, bytes) else f for n, f in sorted(files.items())}
    bundle_id, key = ids.new_id(), signers.current(at=at)
    data = format1.Manifest(
        id=bundle_id,
        kind=kind,
        schema=known.schema,
        installation=installation_id(),
        journal=queries.origin(),
        key=key.fingerprint,
        at=at,
        files=tuple(format1.Entry(name, one.size, one.sha256) for name, one in held.items()),
        tools=tuple(format1.Entry(name, one.size, one.sha256) for name, one in tools().items()),
        about=dict(about or {}),
    ).data()
    signature = signers.private(key.signer).sign(format1.LABEL + data)
    detail = {"kind": kind, "manifest": Held(data).sha256.hex()}
    record(SIGNED, actor=actor, obj=obj, detail=detail, personal=personal, at=at, entry=bundle_id)
    return Signed(bundle_id, data, signature, held)


def build(*, actor: Actor, kind: str, files: Mapping[str, bytes | Content], at: datetime, **more: Any) -> Built:
    """Sign and pack in one go, outside of any transaction; `more` as for `sign`."""
    with transaction.atomic():
        signed = sign(actor=actor, kind=kind, files=files, at=at, **more)
    data = archive(signed, at=at)
    return Built(signed.id, data, proof(signed.id) is not None)


def archive(signed: Signed, *, at: datetime) -> bytes:
    """The bundle's bytes, with its proof if it is sealed within two seconds. The same input gives the same bytes."""
    return b"".join(stream(signed, at=at))


def stream(signed: Signed, *, at: datetime) -> Iterator[bytes]:
    """`archive` piece by piece, in flat memory."""
    settle(signed.id, at=at)
    own = {
        "manifest.json": Held(signed.manifest),
        "signature.json": Held(format1.signature_file(signed.signature)),
        "keys.json": Held(_keys(signed)),
    }
    proved = proof(signed.id)
    if proved is not None:
        own["proof.json"] = Held(proved)
    return layout.write([*own.items(), *signed.files.items(), *_tools_of(signed).items()])


def pack(signed: Signed) -> bytes:
    """The signed part alone, to be stored (sealed) and unpacked later."""
    own = {"manifest.json": Held(signed.manifest), "signature": Held(signed.signature)}
    return b"".join(layout.write([*own.items(), *signed.files.items()]))


def unpack(data: bytes) -> Signed:
    """What `pack` gave."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        held = {name: found.read(name) for name in found.namelist()}
    manifest, signature = held.pop("manifest.json"), held.pop("signature")
    files = {name: Held(content) for name, content in held.items()}
    return Signed(UUID(_read(manifest)["id"]), manifest, signature, files)


def settle(bundle_id: UUID, *, at: datetime) -> bool:
    """Seal what waits, after the commit; whether the bundle's entry stands in the tree now. A tree that somebody altered may
    not be able to grow any more: what shows that is a bundle, so it goes out without its proof."""
    until = time.monotonic() + PATIENCE
    while not queries.sequences([bundle_id]):
        try:
            sealing.seal(at=at)
        except (KeyError, IntegrityError):
            return False
        if time.monotonic() > until:
            return bool(queries.sequences([bundle_id]))
        if not queries.sequences([bundle_id]):
            time.sleep(0.05)
    return True


def proof(bundle_id: UUID) -> bytes | None:
    """`proof.json` of a bundle by its id; None while it waits, and for ids that name no bundle."""
    leaf = Leaf.objects.filter(id=bundle_id, event=SIGNED).first()
    try:
        found = queries.proof(bundle_id) if leaf else None
    except KeyError:  # nodes of the tree are gone
        return None
    if leaf is None or found is None:
        return None
    return format1.proof_file(leaf=bytes(leaf.data), sequence=found.sequence, path=found.path, note=found.note)


def keys() -> bytes:
    """`keys.json` with every key: what is published."""
    return format1.keys_file(one.statement.shown() for one in signers.chain())


def _keys(signed: Signed) -> bytes:
    """The chain as far as this bundle's signature and checkpoint need it, so that the same bundle has the same bytes."""
    wanted = [one.signer for one in signers.chain() if one.fingerprint == _read(signed.manifest)["key"]]
    sealed = queries.sequences([signed.id]).get(signed.id)
    covering = queries.covering_checkpoint(sealed) if sealed is not None else None
    wanted += [covering.signer] if covering else []
    return format1.keys_file(one.statement.shown() for one in signers.up_to(*wanted))


@cache
def tools() -> Mapping[str, Held]:
    """The verifiers that new bundles carry, by name."""
    return {name: Held((_TOOLS / name).read_bytes()) for name in format1.TOOLS}


def _tools_of(signed: Signed) -> Mapping[str, Content]:
    """The verifiers that this bundle was signed with. A verifier that changes is kept as `verifiers/earlier/<n>/<name>`."""
    found: dict[str, Content] = {}
    for told in _read(signed.manifest)["tools"]:
        kept = (Held(path.read_bytes()) for path in sorted(_TOOLS.rglob(told["name"])))
        found[told["name"]] = next(one for one in kept if one.sha256.hex() == told["sha256"])
    return found


def _read(manifest: bytes) -> Any:
    return canonical.decode(manifest)
