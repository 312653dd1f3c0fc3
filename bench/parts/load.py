"""A closed loop of keep-alive connections that checks every answer; loopback only."""

import asyncio
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Target:
    """`tree` is the process whose CPU and memory (children too) are read."""

    port: int
    key: str
    tree: int = 0


@dataclass
class Found:
    latencies: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    bad: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    rss: float = 0.0

    def as_dict(self) -> dict[str, float]:
        count = len(self.latencies)
        return {
            "requests": count,
            "rps": round(count / self.seconds, 1),
            "p50_ms": quantile(self.latencies, 0.5),
            "p99_ms": quantile(self.latencies, 0.99),
            "ttft_p50_ms": quantile(self.firsts, 0.5),
            "cpu_ms": round(self.cpu * 1000 / max(count, 1), 3),
            "rss_mib": round(self.rss, 1),
            "bad": self.bad,
        }


def quantile(values: list[float], share: float) -> float:
    """Milliseconds."""
    return round(sorted(values)[int(share * (len(values) - 1))] * 1000, 3) if values else 0.0


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its children."""
    ticks = 0
    for one in _tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def rss_mib(pid: int) -> float:
    """The largest process of the tree: one worker."""
    sizes = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in _tree(pid)]
    return max(sizes) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _request(target: Target, *, stream: bool) -> bytes:
    prompt = "Tell me something about the harbour of Malmö and the ships that call there. " * 4
    body = json.dumps(
        {"model": "bench", "messages": [{"role": "user", "content": prompt}], "stream": stream}, separators=(",", ":")
    ).encode()
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {target.key}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _one(reader: asyncio.StreamReader) -> tuple[bool, float]:
    """(is the answer whole, when its body began)."""
    head = await reader.readuntil(b"\r\n\r\n")
    good = head.startswith(b"HTTP/1.1 200")
    if b"content-length:" in head.lower():
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        return good and b'"choices"' in body, time.perf_counter()
    first, tail = 0.0, b""
    while True:
        size = int((await reader.readuntil(b"\r\n"))[:-2], 16)
        data = (await reader.readexactly(size + 2))[:-2]
        if size == 0:
            return good and tail.endswith(b"[DONE]\n\n"), first
        if not first and b'"content":"T' in data.replace(b": ", b":"):
            first = time.perf_counter()
        tail = (tail + data)[-64:]


async def _user(target: Target, found: Found, end: float, *, stream: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port, limit=2**20)
    request = _request(target, stream=stream)
    try:
        while time.perf_counter() < end:
            began = time.perf_counter()
            writer.write(request)
            good, first = await _one(reader)
            found.latencies.append(time.perf_counter() - began)
            found.firsts.append((first or time.perf_counter()) - began)
            found.bad += not good
    finally:
        writer.close()


async def run(target: Target, *, users: int, seconds: float, stream: bool = False) -> Found:
    found = Found()
    before = cpu_seconds(target.tree) if target.tree else 0.0
    began = time.perf_counter()
    await asyncio.gather(*[_user(target, found, began + seconds, stream=stream) for _ in range(users)])
    found.seconds = time.perf_counter() - began
    if target.tree:
        found.cpu, found.rss = cpu_seconds(target.tree) - before, rss_mib(target.tree)
    return found
