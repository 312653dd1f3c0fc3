"""What it costs the gateway to know a caller: a plain key, a key with address ranges, an access token seen before and one
seen for the first time, in turn within one run.

Prints one JSON object: microseconds of CPU a call (the best round), and what each adds to the plain key. `--calls N` a round. Bars:
one range and a token that was seen before add at most 15 us, twenty ranges 25 us, a token seen for the first time 500 us.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402 - the path comes first
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: E402

from accounts.credentials.engine import addresses, bearers, tokens  # noqa: E402
from assistants.gateway.engine.calls import Call  # noqa: E402
from assistants.gateway.engine.state.identity import Checked, identify  # noqa: E402
from assistants.gateway.engine.state.snapshot import EMPTY, Key, Snapshot  # noqa: E402
from panel.kernel import ids  # noqa: E402

ISSUER, KID, CLIENT, PEPPER = "https://panel.example", "0" * 32, "Ab3dE6gH9j", b"p" * 32
BARS = {"one_range": 15.0, "twenty_ranges": 25.0, "token_again": 15.0, "token_first": 500.0}
ROUNDS = 5


@dataclass
class Config:
    issuer: str = ISSUER


class Feed:
    """The snapshot without a database beside it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot, self.config = snapshot, Config()

    async def key(self, digest: bytes) -> Key | None:
        return self.snapshot.keys.get(digest)

    async def client(self, public: str) -> Key | None:
        return self.snapshot.clients.get(public)


def world() -> tuple[Feed, dict[str, str]]:
    private = Ed25519PrivateKey.generate()
    key = Key(ids.new_id(), frozenset({"chat"}), {}, 1e12)
    ranges = addresses.networks([f"10.{number}.0.0/16" for number in range(19)] + ["192.0.2.0/24"])
    bearer = {name: tokens.generate("gateway")[1] for name in ("plain", "one_range", "twenty_ranges")}
    bound = {"plain": (), "one_range": ranges[-1:], "twenty_ranges": ranges}
    keys = {tokens.digest(PEPPER, token): replace(key, networks=bound[name]) for name, token in bearer.items()}
    now = int(time.time())
    claims = {
        "iss": ISSUER, "sub": CLIENT, "client_id": CLIENT, "aud": f"{ISSUER}/v1", "jti": "5" * 32, "iat": now,
        "exp": now + 600, "scope": "chat",
    }  # fmt: skip
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    bearer |= dict.fromkeys(("token_again", "token_first"), bearers.sign(raw, KID, claims))
    signers = {KID: bearers.Signer(private.public_key())}
    return Feed(replace(EMPTY, keys=keys, clients={CLIENT: key}, signers=signers, pepper=PEPPER)), bearer


async def cost(feed: Any, token: str, calls: int, *, first: bool) -> float:
    """Microseconds of CPU a call."""
    checked, opening = Checked(), ("chat",)
    scope = {
        "query_string": b"",
        "client": ("192.0.2.1", 5),
        "headers": [(b"content-type", b"application/json"), (b"authorization", b"Bearer " + token.encode())],
    }
    began = time.process_time()
    for _ in range(calls):
        if first:
            checked._held = OrderedDict()
        await identify(feed, checked, Call(route="/v1/chat/completions"), scope, opening)
    return (time.process_time() - began) / calls * 1e6


async def measure(calls: int) -> dict[str, Any]:
    feed, bearer = world()
    rounds: dict[str, list[float]] = {name: [] for name in bearer}
    for _ in range(ROUNDS):
        for name, token in bearer.items():
            rounds[name].append(await cost(feed, token, calls, first=name == "token_first"))
    best = {name: min(found) for name, found in rounds.items()}
    added = {name: round(us - best["plain"], 2) for name, us in best.items() if name != "plain"}
    return {
        "us_a_call": {name: round(us, 2) for name, us in best.items()},
        "added_us": added,
        "bars_us": BARS,
        "missed": [name for name, bar in BARS.items() if added[name] > bar],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    found = asyncio.run(measure(parser.parse_args().calls))
    print(json.dumps(found, indent=2))
    sys.exit(bool(found["missed"]))
