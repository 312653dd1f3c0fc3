"""What the gateway process reads from its environment, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from panel.kernel.boot import environment

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """Sizes are bytes, times are seconds.

    `lease`: how long a snapshot may be served from without contact to PostgreSQL. `spool_min_free`: below that much room
    on the disk calls are refused, since an answer that cannot be recorded is not given. `issuer`: the panel's own address,
    by which access tokens name who made them and whom they are for.
    """

    data_dir: Path
    database: str
    kek_serving: str
    body_limit: int = 8 * MIB
    body_seconds: float = 30.0
    calls: int = 1000
    lease: float = 60.0
    poll: float = 0.5
    slow_client: float = 60.0
    spool_min_free: int = 64 * MIB
    issuer: str = ""

    @property
    def stop_file(self) -> Path:
        return self.data_dir / "run" / "stop"

    @property
    def tickets(self) -> Path:
        return self.data_dir / "run" / "tickets"

    @property
    def spool(self) -> Path:
        return self.data_dir / "spool"


def from_environment(env: Mapping[str, str] | None = None) -> Config:
    """`PANEL_GATEWAY_*` settings; docs/reference/settings.md lists them. Raises ValueError for a value that is no number."""
    env = environment() if env is None else env
    return Config(
        data_dir=Path(env["PANEL_DATA_DIR"]),
        database=env.get("DATABASE_URL") or "postgresql:///panel",
        kek_serving=env.get("PANEL_KEK_SERVING", ""),
        body_limit=int(env.get("PANEL_GATEWAY_BODY_LIMIT", 8 * MIB)),
        calls=int(env.get("PANEL_GATEWAY_CALLS", "1000")),
        lease=float(env.get("PANEL_GATEWAY_LEASE", "60")),
        slow_client=float(env.get("PANEL_GATEWAY_SLOW_CLIENT", "60")),
        spool_min_free=int(env.get("PANEL_SPOOL_MIN_FREE", 64 * MIB)),
        issuer=env.get("PANEL_BASE_URL", f"http://localhost:{env.get('PORT', '8000')}").rstrip("/"),
    )
