"""What stops a start: one clear sentence for the person at the terminal."""


class CannotStart(RuntimeError):  # noqa: N818 - named after what the reader sees
    """The panel cannot start; the sentence says why and what to do. The command ends with status 1."""
