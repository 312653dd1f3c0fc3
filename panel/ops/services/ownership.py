"""The database as its owner, for the commands that make and change tables."""

from django.db import connection, connections

from panel.kernel.boot import database_settings


def become_owner(url: str) -> None:
    """From now on this process's connection logs in as DATABASE_OWNER_URL says."""
    connections["default"].close()
    entry = database_settings(url)
    connection.settings_dict.update({key: entry.get(key, "") for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME")})
    connection.settings_dict["OPTIONS"] = entry["OPTIONS"]
