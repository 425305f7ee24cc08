"""How a call to Stripe can fail."""


class GatewayError(Exception):
    """A call to Stripe that did not end with an answer."""


class Refused(GatewayError):
    """Stripe said no; nothing happened there. `code` is Stripe's, possibly empty."""

    def __init__(self, message: str, code: str = ""):
        self.code = code
        super().__init__(message)


class Unclear(GatewayError):
    """Whether it happened is unknown. `answered` tells a 5xx from silence: the request is over at Stripe."""

    def __init__(self, message: str, *, answered: bool = False):
        self.answered = answered
        super().__init__(message)


class Away(Unclear):
    """Stripe has not answered for a while, so this was not even asked."""


class Garbled(Unclear):
    """Stripe has answered something that makes no sense here."""


class Busy(Unclear):
    """Another request with the same key is under way at Stripe: its answer is ours too."""


class UntrustedEvent(GatewayError):
    """A webhook call that is not proven to be Stripe's."""
