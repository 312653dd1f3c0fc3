"""The database and its two roles: the owner migrates, the application role only works."""

from psycopg import Connection, OperationalError, connect, sql
from psycopg.conninfo import conninfo_to_dict

from panel.ops.services.faults import CannotStart

DATABASE = "panel"
APPLICATION = "panel_app"


def ensure_database(owner_url: str) -> None:
    """Make the database `panel` on the embedded server; `owner_url` names its maintenance database."""
    with connect(owner_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def ensure_application_role(owner_url: str, application_url: str) -> str:
    """Make the role that DATABASE_URL names, with its password, able to do nothing yet; returns its name.

    An existing role keeps its password. Raises CannotStart when it is the owner or a superuser.
    """
    wanted = conninfo_to_dict(application_url)
    name, password = str(wanted.get("user") or ""), str(wanted.get("password") or "")
    if not name or name == conninfo_to_dict(owner_url).get("user"):
        raise CannotStart(
            "DATABASE_URL must log in as a role of its own (panel_app), not as the owner of the database."
        )
    with connect(owner_url, autocommit=True, connect_timeout=5) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [name]).fetchone()
        if row is None:
            _create(connection, name, password)
        elif row[0]:
            raise CannotStart(f"The role {name} of DATABASE_URL is a superuser: the panel works as an ordinary role.")
        _allow(connection, name)
    return name


def _create(connection: "Connection[tuple[object, ...]]", name: str, password: str) -> None:
    if not password:
        raise CannotStart(f"DATABASE_URL has no password for the role {name}, which does not exist yet.")
    # The verifier, not the password, goes into the statement: statements can be logged.
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL(
            "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}"
        ).format(sql.Identifier(name), sql.Literal(verifier))
    )


def _allow(connection: "Connection[tuple[object, ...]]", name: str) -> None:
    database = sql.Identifier(connection.info.dbname)
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        # TEMPORARY: the gateway copies records through a temporary table, so that one sent twice is stored once.
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {name}",
    ):
        connection.execute(sql.SQL(statement).format(database=database, name=sql.Identifier(name)))


def reach(url: str, setting: str) -> None:
    """Connect once to a server of the customer's own. Raises CannotStart without showing the password."""
    try:
        with connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except OperationalError as error:
        where = conninfo_to_dict(url)
        reason = str(error).strip().splitlines()[-1].split("FATAL:")[-1].strip()
        raise CannotStart(
            f"PostgreSQL at {where.get('host', 'localhost')} ({setting}) cannot be reached: {reason}"
        ) from None
    if version < 160000:
        raise CannotStart(f"PostgreSQL {version // 10000} is too old ({setting}): the panel needs 16 or newer.")
