"""What sending can end in."""


class NotSent(Exception):  # noqa: N818 - an answer
    """It did not surely arrive; the text is fit for people."""


class Rewritten(NotSent):
    """Another checkpoint of `size` entries lies there already, or that many entries, which this journal has not any more."""

    def __init__(self, told: str, size: int) -> None:
        super().__init__(told)
        self.size = size
