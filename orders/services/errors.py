"""The expected "no"s of this room share one base; the others stand beside the acts that say them."""


class OrderError(Exception):
    """Something cannot be done with a cart, a checkout or an order; its message is fit to show."""
