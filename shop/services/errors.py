"""The noes of the shop room, fit to show."""


class ShopError(Exception):
    """Something that the shop room refuses to do."""


class SkuTaken(ShopError):
    """Another item is counted under this SKU already."""


class LabelTaken(ShopError):
    """The product has a variant of this label already."""


class PriceOutOfRange(ShopError):
    """A price below nothing or beyond reason."""


class PictureRefused(ShopError):
    """A file that is no picture, or one too big to take in."""


class PictureNotStored(ShopError):
    """The storage did not take the picture; nothing of it is left there."""
