"""Customs territories: inside one, goods cross borders without duty.

What we sell is in free circulation where we sell it: duty on it was paid when it came in. An ISO code is all that is
known of a place, so parts of a country that lie outside its territory (Büsingen, Livigno) are not
told apart.
"""

# The European Union: Regulation (EU) No 952/2013, article 4; Monaco by its paragraph 2 (a).
_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK"
# The customs treaty between Switzerland and Liechtenstein of 29 March 1923.
_SWISS = "CH LI"
# The customs union of the United Kingdom with the Isle of Man, Jersey and Guernsey.
_BRITISH = "GB GG IM JE"
AREAS = [frozenset(codes.split()) for codes in (_UNION, _SWISS, _BRITISH)]


def area_of(country: str) -> frozenset[str]:
    """The countries of the customs territory that this one (ISO 3166 code) belongs to; most are one by themselves."""
    return next((area for area in AREAS if country in area), frozenset({country}))
