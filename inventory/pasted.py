"""Lists of things that staff type, paste from a delivery note or scan: one per line."""

import re
from collections.abc import Collection, Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from inventory.models import StockItem
from inventory.services.receipts import MOST_LINES
from inventory.services.shelf import MOST_AT_ONCE

# Between a name and its quantity: spaces, a tab as spreadsheets have it, a comma or a semicolon.
_GAPS = " \t,;"
_QUANTITY = re.compile(r"[0-9]{1,7}")
MOST_LETTERS = 20_000


def items_named(names: Collection[str]) -> dict[str, StockItem]:
    """The item that each name means: a SKU, else a barcode that one item alone has."""
    found = {item.sku: item for item in StockItem.objects.filter(sku__in=names)}
    by_barcode: dict[str, list[StockItem]] = {}
    for item in StockItem.objects.filter(Q(barcode__in=names) & ~Q(barcode="")):
        by_barcode.setdefault(item.barcode, []).append(item)
    return {code: items[0] for code, items in by_barcode.items() if len(items) == 1} | found


class PiecesField(forms.CharField):
    """One thing per line with its quantity, "MUG-1 12"; its value maps SKU to the sum of its quantities."""

    default_help = (
        "One thing per line: SKU or barcode, then how many. Lines from a spreadsheet can be pasted."
    )

    def __init__(self, *, least: int = 1, **kwargs: object):
        self.least = least
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 6, "cols": 40, "spellcheck": "false"}))
        kwargs.setdefault("help_text", self.default_help)
        super().__init__(max_length=MOST_LETTERS, **kwargs)  # type: ignore[arg-type]

    def clean(self, value: object) -> dict[str, int]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(f"At most {MOST_LINES} lines.")
        items = items_named({_parts(line)[0] for line in lines})
        pieces: dict[str, int] = {}
        for line in lines:
            sku, quantity = self._read(line, items)
            pieces[sku] = pieces.get(sku, 0) + quantity
            if pieces[sku] > MOST_AT_ONCE:
                raise ValidationError(f"{line[:60]}: at most {MOST_AT_ONCE:,} pieces.")
        return pieces

    def _read(self, line: str, items: Mapping[str, StockItem]) -> tuple[str, int]:
        name, quantity = _parts(line)
        if not name or not _QUANTITY.fullmatch(quantity):
            raise ValidationError(f"“{line[:60]}” is not a SKU and a quantity.")
        if name not in items:
            raise ValidationError(f"“{name[:60]}” is no SKU or barcode that we know.")
        if int(quantity) < self.least:
            raise ValidationError(f"{line[:60]}: at least {self.least}.")
        return items[name].sku, int(quantity)


def _parts(line: str) -> tuple[str, str]:
    """What stands before the last gap, and what stands after it."""
    last = max(map(line.rfind, _GAPS))
    return line[: max(last, 0)].rstrip(_GAPS), line[last + 1 :]
