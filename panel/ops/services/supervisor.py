"""`manage.py up`: one foreground process that starts everything, keeps it running and takes it down.

Free of Django, so that it starts in no time and stays small; the children bring the framework.
"""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from panel.ops.services import keys, layout, plan, prepared, reach
from panel.ops.services.children import Child, end
from panel.ops.services.embedded import roles
from panel.ops.services.embedded.postgres import Postgres
from panel.ops.services.embedded.valkey import Valkey
from panel.ops.services.faults import CannotStart
from panel.ops.services.programs import Commands, Program, turn_logs
from panel.ops.services.spawn import bury_orphans, set_limits, tail

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SERVING_SECONDS = 60.0
# The serving processes, then the two servers they work with. PostgreSQL's last checkpoint writes what is new: a thousand files
# right after the first start, which took 5 s on a busy disk; killed in the middle, its checkpointer would outlive us.
SERVING_ENDS, SERVERS_END = 6.0, 20.0


class Ended(BaseException):
    """A signal asked for the end; raised from the handler wherever the supervisor is."""


class Supervisor:
    """One run of the panel in one data directory. `given` is the environment it was started with."""

    def __init__(self, given: Mapping[str, str], *, demo: bool = False) -> None:
        self.given = {key: value for key, value in given.items() if value}
        self.demo = demo
        self.settings: dict[str, str] = {}
        self.servers: list[Child] = []
        self.serving: list[Child] = []
        self.place = layout.Layout(Path(), Path())
        self.hold = -1
        self.commands: Commands | None = None

    def run(self) -> None:
        """Serve until a signal. Raises CannotStart with one sentence."""
        # Explicitly: a shell that starts us with & leaves SIGINT ignored.
        for number in SIGNALS:
            signal.signal(number, _raise_ended)
        set_limits()
        try:
            self._start()
            self._tend()
        except Ended:
            say("Stopping ...")
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self._stop()

    @contextlib.contextmanager
    def offline(self) -> Iterator[Commands]:
        """The data directory and its servers while nothing is served, for commands on a panel that is stopped.

        Raises CannotStart, also when a panel runs in that directory.
        """
        set_limits()
        try:
            self._configure(serving=False)
            self._start_servers()
            self.commands = Commands(self.settings, self.place.log)
            yield self.commands
        finally:
            self._stop()

    def _start(self) -> None:
        begun = time.monotonic()
        self._configure()
        self._start_servers()
        self.commands = commands = Commands(self.settings, self.place.log)
        self._prepare(commands)
        inviting = commands.begin("setup_link")
        self._serve()
        if self.demo:
            commands.run("demo", "--traffic")
        invited = commands.finish(inviting).split()
        say(f"The panel is up after {time.monotonic() - begun:.1f} s; Ctrl-C stops it.")
        if self.place.stop_file.exists():
            say("The gateway answers nothing: it was stopped. `manage.py stop --lift` ends that.")
        link = invited[-1] if invited else f"{self.settings['PANEL_BASE_URL']}/"
        print(f"Open {link}", flush=True)  # noqa: T201 - the line a person waits for

    def _configure(self, *, serving: bool = True) -> None:
        settings = {**plan.DEFAULTS, **self.given}
        data = settings.get("PANEL_DATA_DIR") or str(plan.ROOT / ("var-demo" if self.demo else "var"))
        root = Path(data).expanduser().resolve()
        own_database = self._own_database()
        self.place = layout.prepare(root)
        self.hold = layout.lock(root)
        if serving:
            reach.port_is_free(settings["PANEL_BIND"], settings["PORT"])
        settings["PANEL_MODE"] = "demo" if self.demo else settings.get("PANEL_MODE", "production")
        settings["PANEL_DATA_DIR"] = str(root)
        settings["PANEL_SOCKET"] = str(self.place.panel_socket)
        settings.setdefault("PANEL_BASE_URL", f"http://localhost:{settings['PORT']}")
        self.settings = {**settings, **keys.ensure(self.place, self.given, embedded=not own_database)}
        turn_logs(self.place.log)

    def _own_database(self) -> bool:
        """Whether servers of the customer's own are named; those are asked once. Raises CannotStart."""
        if "VALKEY_URL" in self.given:
            reach.valkey_answers(self.given["VALKEY_URL"])
        named = [name for name in ("DATABASE_URL", "DATABASE_OWNER_URL") if name in self.given]
        if len(named) == 1:
            raise CannotStart(
                f"{named[0]} is set alone: the panel migrates as the owner (DATABASE_OWNER_URL) and works as another"
                " role (DATABASE_URL), so set both or neither."
            )
        if named:
            roles.reach(self.given["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL")
        return bool(named)

    def _start_servers(self) -> None:
        place = self.place
        if "VALKEY_URL" not in self.given:
            valkey = Valkey(home=place.data / "valkey", sockets=place.sockets / "vk", log=place.log / "valkey.log")
            self.servers.append(Child(valkey))
            valkey.start()
            self.settings["VALKEY_URL"] = valkey.url()
        if "DATABASE_URL" not in self.given:
            self._start_postgres()
        layout.write_private(place.environment_file, json.dumps(self._shown(), indent=1))

    def _start_postgres(self) -> None:
        place = self.place
        postgres = Postgres(
            home=place.data / "pg",
            sockets=place.sockets / "pg",
            log=place.log / "postgres.log",
            password=keys.read(place, keys.OWNER_PASSWORD),
        )
        self.servers.append(Child(postgres, ends_by=signal.SIGINT))
        postgres.start()
        roles.ensure_database(postgres.url())
        self.settings["DATABASE_OWNER_URL"] = postgres.url(database=roles.DATABASE)
        self.settings["DATABASE_URL"] = postgres.url(
            role=roles.APPLICATION, password=keys.read(place, keys.APPLICATION_PASSWORD), database=roles.DATABASE
        )

    def _shown(self) -> dict[str, str]:
        """What a console command needs to find this installation; the file is 0600 like the keys it names."""
        names = {*plan.GUARDED, "PORT", *(name for name in self.settings if name.startswith("PANEL_"))}
        return {name: self.settings[name] for name in sorted(names) if name in self.settings}

    def _prepare(self, commands: Commands) -> None:
        static = self.place.data / "static"
        database = None if prepared.is_prepared(self.settings) else commands.begin("prepare_database")
        collecting = None if prepared.collected(static) else commands.begin("collectstatic", "--noinput", "-v0")
        if database:
            commands.finish(database)
            prepared.remember(self.settings)
        if collecting:
            commands.finish(collecting)
            prepared.remember_collected(static)
        if self.demo:
            say(commands.run("demo").strip())

    def _serve(self) -> None:
        for process in plan.SERVING:
            child = Child(Program(process, self.settings, self.place.log, self.hold))
            self.serving.append(child)
            child.launch()
        end_at = time.monotonic() + SERVING_SECONDS
        while not self._serves():
            self._keep()
            if time.monotonic() > end_at:
                logs = " ".join(tail(self.place.log / f"{name}.log", 300) for name in ("gateway", "panel"))
                raise CannotStart(f"The panel did not answer within a minute. Its logs end: {logs}")
            time.sleep(0.05)

    def _serves(self) -> bool:
        """Gateway and panel answer, each asked for itself."""
        host = urlsplit(self.settings["PANEL_BASE_URL"]).hostname or "localhost"
        return reach.answers_tcp(self.settings["PANEL_BIND"], int(self.settings["PORT"])) and reach.answers_unix(
            self.place.panel_socket, host
        )

    def _tend(self) -> None:
        looked = time.monotonic()
        while True:
            self._keep()
            time.sleep(0.2)
            if time.monotonic() - looked > 60:
                looked = time.monotonic()
                turn_logs(self.place.log)

    def _keep(self) -> None:
        children = [*self.servers, *self.serving]
        for child in children:
            child.tend(say)
        bury_orphans({child.pid for child in children})

    def _stop(self) -> None:
        if self.commands:
            self.commands.end()
        end(self.serving, SERVING_ENDS)
        end(self.servers, SERVERS_END)
        if self.hold >= 0:
            layout.leave(self.place)
            os.close(self.hold)


def _raise_ended(number: int, frame: object) -> None:  # noqa: ARG001 - the signature of a handler
    # Once: a second signal must not break off the stopping.
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    raise Ended


def say(sentence: str) -> None:
    with contextlib.suppress(OSError):  # a closed terminal is no reason to stop
        print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - the supervisor speaks to the terminal
