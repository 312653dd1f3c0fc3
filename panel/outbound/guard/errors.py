"""Why a request did not leave the house or did not come back."""


class EgressError(Exception):
    """The sentence is fit for people and holds neither a key nor a body.

    `code`: refused_url, refused_address, unresolvable, unreachable, tls, timeout, cut, too_large.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
