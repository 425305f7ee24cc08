"""Each cell of the matrix is asked for: every address, every method, every role, every act and action of the console.

What is wanted stands in accounts/access.py. A new address without a line there fails here, with the line to add.
"""

import json
from io import StringIO

import pytest
from django.conf import settings as shop_settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import access
from accounts.access import Address, Answer
from accounts.models import User
from accounts.roles import ROLES
from accounts.tests.factories import AddressFactory, StaffFactory, UserFactory
from config.console import acts_of
from config.console.actions import actions_of as signed_up_actions
from config.tests import attack
from config.tests.test_console import MODELS, owner, world  # noqa: F401  (fixtures)
from config.tests.world import asked_for_return, paid, photographed, placed_order
from orders import services as orders
from orders.models import Checkout, Order
from returns.models import ReturnRequest
from shop import waiting_links
from shop.models import Review, StockRequest, WishlistLink

pytestmark = pytest.mark.django_db
# What is there for those who may, once they say more than an empty request does.
SAYS_MORE = {"payments:done", "accounts:address_default", "accounts:end_sign_in"}
OTHER_METHODS = ("PUT", "PATCH", "DELETE")


@pytest.fixture
def site(world, settings, tmp_path):  # noqa: F811
    """The console's world, with an order, an invoice and an address of a customer, and the same of a guest."""
    customer = UserFactory(email="customer@example.com")
    Order.objects.filter(pk=world.order.pk).update(customer=customer)
    Checkout.objects.filter(pk=world.order.checkout_id).update(customer=customer)
    world.order.refresh_from_db()
    world.guest = placed_order(world.mug, 1)
    paid(world.guest)
    orders.issue_credit_note(world.guest, amount=1, reason="Odd", key="odd guest")
    world.customer, world.address = customer, AddressFactory(customer=customer)
    world.returned, world.guest_returned = (asked_for_return(order) for order in (world.order, world.guest))
    settings.PRIVATE_ROOT = tmp_path / "private"
    world.photos = {
        "": photographed(world.returned).name,
        "guest_": photographed(world.guest_returned).name,
    }
    ReturnRequest.objects.update(state=ReturnRequest.State.AUTHORISED)  # so that there is a slip
    Review.objects.filter(product=world.mug.product).update(author=customer)
    world.shared = WishlistLink.objects.create(user=UserFactory())
    return world


def somebody(role: str, site) -> Client:
    """A browser of somebody in this role."""
    client = Client(raise_request_exception=False)
    if role == "customer":
        client.force_login(site.customer)
    elif role != "anonymous":
        user = StaffFactory(email=f"{role}@example.com")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
    return client


class Filler:
    """Writes an address out: with things that are there, of the customer or, by token, of the guest."""

    def __init__(self, site):
        self.site = site
        self.common = {
            "slug": site.mug.product.slug,
            "key": site.address.key,
            "uidb64": "MQ",
            "part": "products-0",
            "name": site.mug.product.images.get().file.name,
            "app_label": "orders",
            "url": "nothing",
        }
        self.by_number, self.by_token = self.of(site.order), self.of(site.guest)
        self.rows = {f"admin/{m._meta.app_label}/{m._meta.model_name}": self.row_of(m) for m in MODELS}
        self.own = {
            "admin:mail": {"key": "orders-confirmation"},
            "admin:mail_html": {"key": "orders-confirmation"},
            "admin:auth_user_password_change": {"id": str(site.customer.pk)},
            "payments:cancelled": {"token": site.late.checkout.token},
            "payments:waiting": {"token": site.late.checkout.token},
            "returns:photos_add": {"number": site.returned.number},
            "returns:guest_photos_add": {"number": site.guest_returned.number},
            **{
                f"returns:{whose}{act}": {"name": name}
                for whose, name in site.photos.items()
                for act in ("photo", "photo_small", "photo_remove")
            },
            **self.returns(),
            "shop:category": {"slug": site.mug.product.category.slug},
            "shop:page": {"slug": "terms"},
            "shop:stock_confirm": {"token": token_of(waiting_links.confirm_link, site)},
            "shop:stock_stop": {"token": token_of(waiting_links.stop_link, site)},
            "shop:wishlist_shared": {"token": site.shared.token},
        }

    def of(self, order) -> dict[str, str]:
        note = order.invoices.get(kind="credit_note").number
        return {"number": order.number, "token": order.token, "document": note}

    def returns(self) -> dict[str, dict[str, str]]:
        """The return of the customer's order, and the guest's, at each of their pages."""
        pages = ("detail", "cancel", "sent", "message", "slip")
        own, guests = self.site.returned, self.site.guest_returned
        return {f"returns:{page}": {"number": own.number} for page in pages} | {
            f"returns:guest_{page}": {"number": guests.number, "token": guests.order.token} for page in pages
        }

    def row_of(self, model) -> dict[str, str]:
        """The row of a desk's model that was there first, and how other rooms name it."""
        row = self.site.customer if model is User else model._default_manager.order_by("pk").first()
        named = getattr(admin.site._registry[model], "natural_key", "")
        return {"object_id": str(row.pk), **({"key": str(getattr(row, named))} if named else {})}

    def path(self, address: Address) -> str:
        texts = {
            **self.common,
            **(self.by_token if "<str:token>" in address.route else self.by_number),
            **self.rows.get("/".join(address.route.split("/")[:3]), {}),
            **self.own.get(address.name, {}),
        }
        missing = [hole for hole in attack.holes(address.route) if hole not in texts]
        assert not missing, f"{address.route}: say in Filler.common or Filler.own what {missing} may be"
        return attack.filled(address.route, texts)


def token_of(link, site) -> str:
    return link(StockRequest.objects.get(variant=site.mug).pk).rstrip("/").rpartition("/")[2]


def ask(client: Client, method: str, path: str):
    """One request, of which nothing stays: neither rows nor cookies nor what was counted against the visitor."""
    cookies = client.cookies.copy()
    for cache in caches.all():
        cache.clear()
    with transaction.atomic():
        answer = client.generic(method, path, content_type=attack.FORM)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def seen(answer, role: str) -> Answer:
    """What an answer amounts to. The console sends everybody to its own sign-in, which refuses who is signed in."""
    to = answer.get("Location", "").partition("?")[0]
    is_shut_out = role in {"anonymous", "customer"} and to == reverse("admin:index")
    if is_shut_out or to in {reverse("accounts:login"), reverse("admin:login")}:
        return Answer.LOGIN if role == "anonymous" else Answer.REFUSED
    assert answer.status_code < 500
    kinds = {403: Answer.REFUSED, 404: Answer.HIDDEN, 405: Answer.WRONG_METHOD}
    return kinds.get(answer.status_code, Answer.OPEN)


# --- the matrix ------------------------------------------------------------------------------------------
def test_every_address_has_a_line_in_the_table():
    for address in access.addresses():
        access.door_of(address)  # raises NoEntry, which says what to add


def test_the_table_has_no_line_too_many():
    there = {address.name for address in access.addresses()}

    assert set(access.table()) <= there


@pytest.mark.any_database
@pytest.mark.parametrize("role", access.ROLES)
def test_every_address_answers_each_role_as_the_table_says(role, site):
    client, doors, filler, wrong = somebody(role, site), access.table(), Filler(site), []
    for address in access.addresses():
        door, path = doors[address.name], filler.path(address)
        for method in ("GET", "POST"):
            wanted, got = door.answer(method, role), seen(answer := ask(client, method, path), role)
            if got == Answer.HIDDEN and wanted == Answer.OPEN and address.name in SAYS_MORE:
                continue
            if got != wanted:
                wrong.append(
                    f"{method} {path} ({address.name}): {wanted} wanted, {got} it is ({answer.status_code})"
                )
    assert not wrong, f"{role}\n" + "\n".join(wrong)


def is_shut(door: access.Door, role: str) -> bool:
    return Answer.OPEN not in {door.answer(method, role) for method in ("GET", "POST")}


@pytest.mark.any_database
@pytest.mark.parametrize("role", access.ROLES)
def test_no_other_method_opens_what_is_shut(role, site):
    """One of the other methods for each address; which, goes round, so that the roles together try them all."""
    client, doors, filler = somebody(role, site), access.table(), Filler(site)
    for number, address in enumerate(access.addresses(), start=access.ROLES.index(role)):
        if is_shut(doors[address.name], role):
            method, path = OTHER_METHODS[number % len(OTHER_METHODS)], filler.path(address)
            assert seen(ask(client, method, path), role) != Answer.OPEN, (method, path)


# --- the printed one ------------------------------------------------------------------------------------
def printed(*arguments) -> str:
    out = StringIO()
    call_command("access_matrix", *arguments, stdout=out)
    return out.getvalue()


def test_the_page_in_docs_is_what_the_command_prints():
    kept = (shop_settings.BASE_DIR / "docs" / "access.md").read_text()

    assert kept == printed("--markdown"), "run: manage.py access_matrix --markdown > docs/access.md"


def test_the_command_prints_every_address_and_method():
    rows = json.loads(printed("--json"))["addresses"]

    settle = "/admin/orders/order/<path:object_id>/settle/"
    assert len(rows) == 2 * len(access.addresses())
    assert {row["warehouse"] for row in rows if row["address"] == settle} == {"no"}
    assert {row["finance"] for row in rows if row["address"] == settle} == {"yes"}
    assert settle in printed()


def test_an_address_without_a_line_stops_the_command_and_says_what_to_add(monkeypatch):
    monkeypatch.delitem(access.DOORS, "shop:home")

    with pytest.raises(CommandError, match=r'Add one line to DOORS:\n    "shop:home": page'):
        printed()


# --- acts and actions ------------------------------------------------------------------------------------
def test_every_permission_that_an_act_asks_for_is_somebodys():
    granted = frozenset().union(*ROLES.values())
    asked = {act.permission for model in MODELS for act in acts_of(model)}

    assert asked <= granted, "add it to a role in accounts/roles.py"


def test_an_act_is_pressed_by_those_who_have_its_permission():
    """The table of addresses and the table of roles say the same."""
    doors = access.table()
    for model in MODELS:
        for act in acts_of(model):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{act.name}"
            sees = f"{model._meta.app_label}.view_{model._meta.model_name}"
            may = {role for role, has in ROLES.items() if {act.permission, sees} <= has}
            assert set(doors[name].post.split()) == may, name


def actions_of(desk) -> list[str]:
    own = [action if isinstance(action, str) else action.__name__ for action in desk.actions or ()]
    return own + [action.name for action in signed_up_actions(desk.model)]


def test_every_action_of_a_list_has_a_line_in_the_table():
    there = {
        f"{model._meta.app_label}_{model._meta.model_name} {name}"
        for model in MODELS
        for name in actions_of(admin.site._registry[model])
    }

    assert there == set(access.ACTIONS), "accounts/access.py, ACTIONS: say who may use each"


@pytest.mark.parametrize("role", access.ROLES)
def test_an_action_that_is_posted_directly_does_nothing_for_who_may_not(role, site):
    client, changes = somebody(role, site), ("INSERT", "UPDATE", "DELETE")
    for name, who in access.ACTIONS.items():
        desk, _, action = name.partition(" ")
        path = reverse(f"admin:{desk}_changelist")
        row = Filler(site).rows[path.strip("/")]["object_id"]
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            answer = client.post(path, {"action": action, "_selected_action": [row], "index": "0"})
            transaction.set_rollback(True)
        assert answer.status_code < 500
        if role not in who.split():
            written = [query["sql"] for query in asked if query["sql"].startswith(changes)]
            assert written == [], (role, name)
            assert "attachment" not in answer.get("Content-Disposition", ""), (role, name)
        else:
            assert answer.status_code in {200, 302}, (role, name)
            offered = admin.site._registry[model_of(desk)].get_actions(answer.wsgi_request)
            assert action in offered, (role, name)


def model_of(desk: str):
    return next(m for m in MODELS if f"{m._meta.app_label}_{m._meta.model_name}" == desk)
