"""The commands on paper: a reader needs neither keyboard nor mouse."""

from django.conf import settings
from reportlab.lib.units import mm

from inventory.models import Location
from orders.papers.drawing import BRAND, LARGE, LEFT, RIGHT, SMALL, SOFT, TITLE, barcode, text
from orders.papers.layout import Head, Sheet
from payments.scan.codes import ACTS, MODES, carriers

COLUMN, ROW = (RIGHT - LEFT) / 2 + 4 * mm, 27 * mm


def sheet() -> Sheet:
    made = Sheet(Head(settings.SHOP_NAME, "Codes to scan"))
    made.add(
        text(LEFT, made.y - 6, settings.SHOP_NAME, face=made.bold, size=13, color=BRAND),
        text(RIGHT, made.y - TITLE / 2, "Codes to scan", size=TITLE, face=made.bold, right=True),
    )
    made.y -= 20 * mm
    groups = [
        ("Modes", [(each.words, each.code, each.key) for each in MODES]),
        ("Commands", [(each.words, each.code, "") for each in ACTS]),
        ("Carriers", [(each.name, each.code, "") for each in carriers()]),
        ("Places", [(place.name, place.code, "") for place in Location.objects.all()[:20]]),
    ]
    for title, codes in groups:
        if codes:
            _group(made, title, codes)
    return made


def _group(made: Sheet, title: str, codes: list[tuple[str, str, str]]) -> None:
    made.needs(ROW + 10 * mm)
    made.add(text(LEFT, made.y, title, size=LARGE, face=made.bold, color=BRAND))
    made.y -= 7 * mm
    for at in range(0, len(codes), 2):
        made.needs(ROW)
        for column, (words, code, key) in enumerate(codes[at : at + 2]):
            x = LEFT + column * COLUMN
            made.add(
                text(x, made.y, f"{words} ({key})" if key else words, face=made.bold),
                barcode(x, made.y - 13 * mm, code, width=COLUMN - 12 * mm, height=10 * mm),
                text(x, made.y - 16.5 * mm, code, size=SMALL, color=SOFT),
            )
        made.y -= ROW
