"""What visitors do, in the shop and on the floor, each told as the requests that a browser would send."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlsplit

from config.bench.visitor import Line, Visitor, pay

ADDRESS = {
    "email": "buyer@example.org",
    "name": "Buyer",
    "street": "Main street 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "billing_country": "DE",
}


@dataclass
class Street:
    """Where visitors walk: lines to the servers, facts about the goods, and dice of their own."""

    line: Line
    stripe: Line
    facts: dict[str, Any]
    dice: Random

    def visitor(self) -> Visitor:
        return Visitor(self.line)

    def close(self) -> None:
        self.line.close()
        self.stripe.close()


Prepared = tuple[Visitor, dict[str, str]]
Act = Callable[[Street], None]


# --- the shop -------------------------------------------------------------------------------------
def list_page(street: Street) -> None:
    street.visitor().get("/products/")


def known_list(street: Street) -> None:
    """The list again, by a browser that has it: nothing changed, as long as the moment lasts."""
    if "etag" not in street.facts:
        street.facts = {**street.facts, "etag": street.visitor().get("/products/").header("ETag")}
    street.visitor().get("/products/", expect=304, If_None_Match=street.facts["etag"])


def many_lists(street: Street) -> None:
    """Lists that few others look at in the same second: categories, orders, further pages."""
    sort = street.dice.choice(["", "?sort=price", "?sort=-price", "?sort=name"])
    shelf = street.dice.choice(["/products/", f"/category/{street.dice.choice(street.facts['categories'])}/"])
    street.visitor().get(shelf + sort)


def list_with_cart(street: Street) -> None:
    """The list again, by somebody who has a cart."""
    _regular(street).get("/products/")


def _regular(street: Street) -> Visitor:
    """The one visitor of this street who has a cart already."""
    if "regular" not in street.facts:
        visitor = street.visitor()
        _put_into_cart(visitor, street.facts["buyable"][0])
        visitor.get("/cart/")  # where the browser is led; it reads the message that waits there
        street.facts = {**street.facts, "regular": visitor.cookies}
    return Visitor(street.line, dict(street.facts["regular"]))


def popular_product(street: Street) -> None:
    """One of the few products that most people come for."""
    street.visitor().get(f"/products/{street.dice.choice(street.facts['popular'])[1]}/")


def any_product(street: Street) -> None:
    street.visitor().get(f"/products/{street.dice.choice(street.facts['slugs'])}/")


def search(street: Street) -> None:
    street.visitor().get(f"/products/?q={street.dice.choice(street.facts['words'])}")


def product_and_cart(street: Street) -> None:
    """A new visitor opens one of the popular products and puts it into the cart."""
    visitor, wanted = street.visitor(), street.dice.choice(street.facts["popular"])
    visitor.get(f"/products/{wanted[1]}/")
    _put_into_cart(visitor, wanted)


def _put_into_cart(visitor: Visitor, wanted: tuple[int, str]) -> None:
    visitor.post("/cart/add/", {"variant": wanted[0], "quantity": 1}, expect=303)


def guest_checkout(street: Street) -> None:
    """A guest's whole way: product, cart, checkout, payment at Stripe, its webhook, and back to the order."""
    visitor, wanted = street.visitor(), street.dice.choice(street.facts["buyable"])
    visitor.get(f"/products/{wanted[1]}/")
    _put_into_cart(visitor, wanted)
    visitor.get("/cart/")
    back = pay(street.stripe, _start_payment(visitor, _fill_in(visitor)))
    order = visitor.get(back, expect=302).header("Location")
    visitor.get(urlsplit(order).path)


def come_up(street: Street) -> Prepared:
    """A visitor with the hot item in the cart and the checkout filled in, about to press the last button."""
    visitor = street.visitor()
    _put_into_cart(visitor, street.facts["hot"])
    return visitor, _fill_in(visitor)


def _fill_in(visitor: Visitor) -> dict[str, str]:
    return {**visitor.get("/checkout/").fields(), **ADDRESS}


def _start_payment(visitor: Visitor, fields: dict[str, str]) -> str:
    """Press "order and pay"; the id of the session at Stripe."""
    page = visitor.post("/checkout/", dict(fields), expect=303).header("Location")
    return urlsplit(page).path.rstrip("/").rpartition("/")[2]


def press_pay(street: Street, prepared: Prepared) -> None:
    visitor, fields = prepared
    _start_payment(Visitor(street.line, visitor.cookies), fields)


# --- the floor ------------------------------------------------------------------------------------
def floor_page(street: Street) -> None:
    street.visitor().get("/page")


def floor_product(street: Street) -> None:
    street.visitor().get(f"/product/{_any(street)}")


def floor_search(street: Street) -> None:
    street.visitor().get(f"/search?q={street.dice.choice(street.facts['words'])}")


def floor_product_and_cart(street: Street) -> None:
    visitor, pk = street.visitor(), _any(street)
    visitor.get(f"/product/{pk}")
    visitor.post("/add", {"product": pk}, expect=302)


def floor_buy(street: Street) -> None:
    street.visitor().post("/buy", {"product": _any(street)}, expect=201)


def floor_buy_hot(street: Street) -> None:
    street.visitor().post("/buy", {"product": 1}, expect=201)


def _any(street: Street) -> int:
    return street.dice.randint(1, street.facts["floor_products"])
