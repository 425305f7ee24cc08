"""Receive and count: things at a place, piece by piece or with a number typed after one; booked by one command."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from config import console
from config.states import IllegalMove
from inventory import services as inventory
from inventory.models import Location, Receipt, StockCount, StockItem, StockMovement
from payments.scan.answers import Answer, bad, good, hint
from payments.scan.codes import Carrier, Command, Known, quantity_of
from payments.scan.tray import MOST_THINGS, Tray

NOT_ENOUGH_RIGHTS = "That is not yours to do."
BOOKED_BEFORE = "This tray was booked before, and nothing was booked now. Begin again with what is missing."
Book = Callable[[HttpRequest, Tray], str]


def place_of(tray: Tray) -> Location | None:
    """The place that was scanned, else the first of all."""
    places = Location.objects.all()
    return (places.filter(code=tray.place).first() if tray.place else None) or places.first()


def gather(request: HttpRequest, tray: Tray, text: str, known: Known | Carrier | None, book: Book) -> Answer:
    """What receiving and counting have in common."""
    if isinstance(known, Command):
        return _obey(request, tray, known.name, book)
    if isinstance(known, Location):
        if tray.got:
            return bad(tray, f"{tray.pieces} pieces are on the tray. Book them first, or begin again.")
        return good(replace(tray, place=known.code, about=""), f"At {known}.")
    if isinstance(known, StockItem):
        return _put(tray, known.sku, tray.got.get(known.sku, 0) + 1)
    count = quantity_of(text)
    if count is not None and tray.last:
        return _put(tray, tray.last, count)
    if text.strip():
        return bad(tray, "Scan a thing first, then type how many.")
    return hint(tray, "Scan a thing, or the command Done.")


def _put(tray: Tray, sku: str, count: int) -> Answer:
    if sku not in tray.got and len(tray.got) >= MOST_THINGS:
        return bad(tray, f"{MOST_THINGS} different things are on the tray. Book them first.")
    after = tray.put(sku, count)
    return good(after, f"{sku}: {after.got[sku]}.")


def _obey(request: HttpRequest, tray: Tray, command: str, book: Book) -> Answer:
    if command == "clear":
        return hint(tray.begin(), "The tray is empty; nothing was booked.")
    if command == "undo" and tray.last:
        left = tray.got[tray.last] - 1
        after = tray.put(tray.last, left) if left > 0 else tray.without(tray.last)
        return hint(after, f"{tray.last}: one taken back.")
    if command != "done":
        return bad(tray, "There is nothing to do that with.")
    if not tray.got:
        return bad(tray, "Nothing is on the tray yet.")
    try:
        with transaction.atomic():
            words = book(request, tray)
    except inventory.AlreadyBooked:
        return bad(tray, BOOKED_BEFORE)
    except (inventory.InventoryError, IllegalMove) as error:
        return bad(tray, str(error))
    return good(tray.begin(), words)


def tray_rows(tray: Tray) -> list[tuple[StockItem, int]]:
    """The things on the tray, the last one first."""
    items = {item.sku: item for item in StockItem.objects.filter(sku__in=tray.got)}
    return [(items[sku], count) for sku, count in reversed(tray.got.items()) if sku in items]


def counts(tray: Tray) -> str:
    pieces = "1 piece" if tray.pieces == 1 else f"{tray.pieces} pieces"
    return f"{pieces} of {len(tray.got)} SKU{'' if len(tray.got) == 1 else 's'}"


class Receiving:
    """Goods that came, at a place or against a receipt that announced them."""

    ROUTE, PERMISSION = "scan/receive/", "inventory.receive_stock"
    AGAINST = "inventory.change_receipt"

    @classmethod
    def take(cls, request: HttpRequest, tray: Tray, text: str, known: Known | Carrier | None) -> Answer:
        if isinstance(known, Receipt):
            if not request.user.has_perm(cls.AGAINST):
                return bad(tray, NOT_ENOUGH_RIGHTS)
            if not known.is_open:
                return bad(tray, f"{known} is {known.get_state_display()}.")
            if tray.got:
                return bad(tray, f"{tray.pieces} pieces are on the tray. Book them first, or begin again.")
            opened = replace(tray.begin(known.number), place=known.location.code)
            return good(opened, f"{known} of {known.supplier}, for {known.location}.")
        return gather(request, tray, text, known, cls.book)

    @classmethod
    def book(cls, request: HttpRequest, tray: Tray) -> str:
        given = {sku: count for sku, count in tray.got.items() if count}
        if not given:
            raise inventory.InventoryError("Nothing is on the tray yet.")
        who: Any = request.user
        cause = f"scan {tray.key}"
        if StockMovement.objects.filter(reference=cause).exists():
            raise inventory.AlreadyBooked  # Whatever is on it now, and wherever: a tray is booked once.
        receipt = cls.receipt_of(request, tray)
        place = receipt.location if receipt else place_of(tray)
        if place is None:
            raise inventory.InventoryError("There is no place yet.")
        if receipt:
            inventory.receive_against(receipt, given, key=tray.key, by=who)
        else:
            inventory.receive_many(given, location=place, cause=cause, reason="Scanned", by=who)
        what = str(receipt or f"at {place}")
        after = {"location": place.code, "pieces": given}
        console.audit(who, "receive stock", what, row=receipt or place, after=after)
        return f"{counts(tray)} put on the shelf at {place}."

    @classmethod
    def receipt_of(cls, request: HttpRequest, tray: Tray) -> Receipt | None:
        if not tray.about or not request.user.has_perm(cls.AGAINST):
            return None
        return Receipt.objects.select_related("location").filter(number=tray.about).first()

    @classmethod
    def show(cls, request: HttpRequest, tray: Tray) -> dict[str, Any]:
        receipt = cls.receipt_of(request, tray)
        return {
            "place": receipt.location if receipt else place_of(tray),
            "paper": receipt,
            "announced": receipt.lines.select_related("item") if receipt else [],
            "things": tray_rows(tray),
            "done_words": "Put on the shelf",
        }


class Counting:
    """What lies at a place. Whoever counts is not told what the books say; posting is done at the desk of counts."""

    ROUTE, PERMISSION = "scan/count/", "inventory.change_stockcount"

    @classmethod
    def take(cls, request: HttpRequest, tray: Tray, text: str, known: Known | Carrier | None) -> Answer:
        if isinstance(known, StockCount):
            if known.state != StockCount.State.COUNTING:
                return bad(tray, f"{known} is {known.get_state_display()}.")
            if tray.got:
                return bad(tray, f"{tray.pieces} pieces are on the tray. Book them first, or begin again.")
            opened = replace(tray.begin(known.number), place=known.location.code)
            return good(opened, f"{known}, at {known.location}.")
        return gather(request, tray, text, known, cls.book)

    @classmethod
    def book(cls, request: HttpRequest, tray: Tray) -> str:
        who: Any = request.user
        count = cls.count_of(tray)
        note = f"Scanned {tray.key}"
        entered = count.lines.filter(entry_key=tray.key) if count else StockCount.objects.filter(note=note)
        if entered.exists():
            raise inventory.AlreadyBooked
        if count is None:
            place = place_of(tray)
            if place is None:
                raise inventory.InventoryError("There is no place yet.")
            count = inventory.open_count(list(tray.got), location=place, note=note, by=who)
        inventory.enter_counts(count, tray.got, by=who, key=tray.key)
        console.audit(who, "count stock", str(count), row=count, after={"pieces": tray.got})
        return f"{counts(tray)} written down for {count}. Finish and post it at its own page."

    @classmethod
    def count_of(cls, tray: Tray) -> StockCount | None:
        return StockCount.objects.select_related("location").filter(number=tray.about).first()

    @classmethod
    def show(cls, request: HttpRequest, tray: Tray) -> dict[str, Any]:
        count = cls.count_of(tray)
        return {
            "place": count.location if count else place_of(tray),
            "paper": count,
            "things": tray_rows(tray),
            "done_words": "Write the count down",
        }
