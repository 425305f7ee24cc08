"""The expected "no"s of this room."""


class ReturnError(Exception):
    """Something cannot be done with a return; its message is fit to show."""


class CannotReturn(ReturnError):
    """The pieces cannot be sent back, or not so many of them; the message says why."""


class CannotDecide(ReturnError):
    """The return cannot be moved on as asked; the message says why."""


class CannotResolve(ReturnError):
    """What follows from a return cannot be done as asked; the message says why."""


class BadPhoto(ReturnError):
    """A file is not taken as a photo; the message says why."""
