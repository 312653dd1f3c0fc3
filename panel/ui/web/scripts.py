"""Files that other sites may load."""

from typing import Any

WIDGET = "/static/js/widget.js"


def open_to_sites(headers: Any, _path: str, url: str) -> None:
    """The one script that stands on other sites' pages; every other file is for our own pages only."""
    if url == WIDGET:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
