"""The colour families the pictures are drawn in, and the mixing of colours."""

from dataclasses import dataclass

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
SHADE: Colour = (38, 26, 34)


def rgb(code: str) -> Colour:
    """Turn "C8633F" into its three bytes."""
    red, green, blue = bytes.fromhex(code)
    return red, green, blue


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Blend two colours; `share` 0 is all `one`, 1 is all `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def lighter(colour: Colour, share: float = 0.2) -> Colour:
    return mix(colour, WHITE, share)


def darker(colour: Colour, share: float = 0.2) -> Colour:
    return mix(colour, SHADE, share)


def luminance(colour: Colour) -> float:
    """Say how bright a colour looks, from 0 to 1 (weights of ITU-R BT.601)."""
    red, green, blue = colour
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


@dataclass(frozen=True)
class Palette:
    """Wall and floor make the room; main, second and accent dress the object; ink draws the fine lines."""

    wall: Colour
    floor: Colour
    main: Colour
    second: Colour
    accent: Colour
    ink: Colour


def _palette(codes: str) -> Palette:
    return Palette(*map(rgb, codes.split()))


PALETTES = {
    "terracotta": _palette("F4E0D3 E6C2AC C8633F F6EADC 2F5A55 4A2418"),
    "sage": _palette("E6ECDF C8D4BC 7F9B7A F6F2E5 D98E5F 2E3F33"),
    "ocean": _palette("DDEAF0 B8D2DD 23607D F6F1E6 F2A65A 14344A"),
    "mustard": _palette("F8EDD3 EBD29B DDA32F FFF8E8 34506B 4B3410"),
    "blush": _palette("F9E6E3 EEC8C4 DE8A8A FFF5EF 7B4156 55262F"),
    "ink": _palette("E6E7EC C6CAD6 2B3044 F3EFE6 E8795A 171A28"),
    "forest": _palette("E6EADC C5CFB4 2F5A45 F3EBD6 E3B34C 16302A"),
    "lilac": _palette("EDE6F5 D2C5E6 8D76B8 FBF5EC F0B67F 3D2F5C"),
    "oat": _palette("F4EEE4 E1D5C1 CDB896 FBF8F1 7A5A43 4B3A2B"),
    "coral": _palette("FFE8DF FAC8B6 F0735A FFF6EE 1F5C66 5B2219"),
    "sky": _palette("E7F2FB C4DFF3 6FA8D6 FFF9EF F4C04E 1F3F5E"),
    "plum": _palette("F0E3E9 DABCCA 6D2E4C F8EBDD E29A4E 371426"),
    "mint": _palette("E2F3ED B9E0D2 55B296 FFF8EB EF6F6C 17473A"),
    "night": _palette("3A4763 263149 E9B44C F3E9D6 E4572E 161D2E"),
    "berry": _palette("FBE6EC F0BFD0 B93A68 FFF3EE F2B544 4D1029"),
    "lagoon": _palette("DDF0ED ACD8D2 1F7F7B FFF3DF F28F5B 0C3D3D"),
    "cocoa": _palette("EFE3D8 D6BFAB 6B4430 F4E8D8 D9A441 33201A"),
    "snow": _palette("DFE6EA BCC9D1 F4F1EA D8DEE2 3E6C8F 2C3A45"),
}
