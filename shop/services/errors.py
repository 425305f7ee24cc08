"""The noes of the shop room, fit to show."""

from django.utils.translation import gettext as _


class ShopError(Exception):
    """Something that the shop room refuses to do."""


class SkuTaken(ShopError):
    """Another item is counted under this SKU already."""


class LabelTaken(ShopError):
    """The product has a variant of this label already."""


class PriceOutOfRange(ShopError):
    """A price below nothing or beyond reason."""


class NoReduction(ShopError):
    """A price before that is not above the price now."""


class PictureRefused(ShopError):
    """A file that is no picture, or one too big to take in."""


class PictureNotStored(ShopError):
    """The storage did not take the picture; nothing of it is left there."""


class ReviewChanged(ShopError):
    """A review was rewritten, decided about or deleted since it was read."""

    def __init__(self) -> None:
        super().__init__(_("This review was changed meanwhile. Please look at it again."))


class ReviewDecided(ShopError):
    """A review is in that state already."""
