"""What sending can end in."""


class NotSent(Exception):  # noqa: N818 - an answer
    """It did not surely arrive; the text is fit for people."""
