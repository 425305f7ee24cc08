"""What people type into the cart and the checkout, made clean; nothing is decided here."""

from collections.abc import Mapping
from contextlib import suppress

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import address_book, addresses, vat_numbers
from accounts.address_fields import (
    AddressedForm,
    DescribedForm,
    LineText,
    QuickEmail,
    QuickText,
    country_field,
)
from accounts.models import Address, User
from config.mail import clean_address
from orders import services as orders
from orders.models import Cart, Checkout, ShippingMethod
from orders.models.offers import LONGEST_CODE

_EMAIL_PROBLEMS = {
    "required": _("Enter your e-mail address."),
    "invalid": _("Enter an e-mail address, such as name@example.com."),
}
_EMAIL = {"class": "form-control", "autocomplete": "email", "inputmode": "email", "spellcheck": "false"}


class AddForm(forms.Form):
    """One variant and how many more of it."""

    variant = forms.IntegerField(error_messages={"required": _("Choose what to put into the cart.")})
    quantity = forms.IntegerField(required=False)

    def clean_quantity(self) -> int:
        """An empty number means one."""
        quantity = self.cleaned_data["quantity"]
        return _in_range(1 if quantity is None else quantity, lowest=1)


class LineForm(forms.Form):
    """One line of the cart and how many pieces it shall hold; 0 removes it."""

    line = forms.IntegerField()
    quantity = forms.IntegerField(
        error_messages={"required": _("Enter a number."), "invalid": _("Enter a whole number.")}
    )

    def clean_quantity(self) -> int:
        return _in_range(self.cleaned_data["quantity"], lowest=0)


class VoucherForm(forms.Form):
    """The code of a voucher; empty takes it out of the cart."""

    code = forms.CharField(max_length=LONGEST_CODE, required=False)


def _in_range(quantity: int, *, lowest: int) -> int:
    if not lowest <= quantity <= orders.max_quantity():
        raise forms.ValidationError(
            _("Enter a whole number from %(lowest)s to %(highest)s.")
            % {"lowest": lowest, "highest": orders.max_quantity()}
        )
    return quantity


class FindForm(DescribedForm):
    """How a guest finds their orders again."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages=_EMAIL_PROBLEMS,
        widget=forms.EmailInput(attrs=_EMAIL),
    )
    number = forms.CharField(
        label=_("Order number, if you have it"),
        max_length=20,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "characters"}
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.describe_errors()

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])

    def clean_number(self) -> str:
        return self.cleaned_data["number"].upper()


class CheckoutForm(AddressedForm):
    """Who orders, where it goes, who is billed and how it travels, on one page.

    The fields of an address are those of its country. Without `data` the form is not judged: `initial` is what was
    typed so far (a redrawn page), or nothing on the first visit, which starts with what the customer, or the cart's
    payment that came to nothing, gave last. `country` and `method_id` are what a quote needs, whatever was typed.

    A customer may choose one of their saved addresses instead of typing: it is copied as it stands, and what stands
    in the fields of the delivery address does not count then.
    """

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages=_EMAIL_PROBLEMS,
        widget=QuickEmail(attrs=_EMAIL),
    )
    billing_same = forms.BooleanField(label=_("The billing address is the same"), required=False)
    vat_number = LineText(
        label=_("VAT number (for businesses, optional)"),
        max_length=40,
        required=False,
        widget=QuickText(
            attrs={
                "class": "form-control",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        help_text=_("We note it on the invoice; the price does not change."),
    )
    saved = forms.CharField(max_length=16, required=False)
    save_address = forms.BooleanField(required=False)
    method = forms.IntegerField(required=False)
    agreed = forms.CharField(max_length=64, required=False)
    shown = forms.CharField(max_length=20_000, required=False)

    def __init__(
        self,
        data: Mapping | None = None,
        *,
        initial: Mapping | None = None,
        country: str = "",
        customer: User | None = None,
        cart: Cart | None = None,
    ):
        self.customer = customer
        self.book = address_book.addresses_of(customer) if customer else []
        typed = data if data is not None else (dict(initial or {}) or _remembered(customer, cart, self.book))
        if country:
            typed = {**dict(typed.items()), "country": country}
        is_first = data is None and "email" not in (initial or {})
        super().__init__(data, initial={"billing_same": is_first, **dict(typed.items())})
        self.chosen = next((each for each in self.book if each.key == typed.get("saved")), None)
        self.methods = orders.delivery_methods()
        self.reachable = reachable(self.methods)
        self.field_country = country_of(typed.get("country"), self.reachable)
        self.country = self.chosen.country if self.chosen else self.field_country
        self.billing_country = country_of(typed.get("billing_country") or self.country, addresses.countries())
        self.method_id = _whole_number(typed.get("method"))
        self.billing_is_same = bool(typed.get("billing_same", is_first))
        delivery_choice = _country_field(self.reachable, self.field_country, "shipping")
        billing_choice = _country_field(addresses.countries(), self.billing_country, "billing")
        self.add_address("", self.field_country, delivery_choice, kind="shipping")
        self.add_address("billing_", self.billing_country, billing_choice, kind="billing")
        self.initial["country"], self.initial["billing_country"] = self.field_country, self.billing_country
        self.describe_errors()

    # --- for the page -----------------------------------------------------------------------------
    @property
    def country_field(self) -> forms.BoundField:
        return self["country"]

    @property
    def saved_rows(self) -> list[tuple[Address, list[str], bool]]:
        """Each saved address with its lines, and whether it is the chosen one."""
        return [(each, addresses.lines_of(each.as_dict()), each == self.chosen) for each in self.book]

    @property
    def may_save(self) -> bool:
        """Whether a typed address can be kept for next time."""
        return self.customer is not None and len(self.book) < address_book.MOST

    @property
    def billing_country_field(self) -> forms.BoundField:
        return self["billing_country"]

    @property
    def delivery_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in addresses.rules_for(self.field_country).fields]

    @property
    def billing_fields(self) -> list[forms.BoundField]:
        return [self[f"billing_{name}"] for name in addresses.rules_for(self.billing_country).fields]

    @property
    def kept_fields(self) -> list[forms.BoundField]:
        """What was typed into fields that the country chosen now does not have; carried along unseen."""
        shown = {field.name for field in (*self.delivery_fields, *self.billing_fields)}
        names = [f"{prefix}{name}" for prefix in ("", "billing_") for name in addresses.FIELDS]
        return [self[name] for name in names if name not in shown]

    @property
    def wrong_fields(self) -> list[forms.BoundField]:
        """The fields that were refused, in the order of the page."""
        delivery = [self["email"], self["saved"], self["country"], *self.delivery_fields]
        billing = [self["billing_country"], *self.billing_fields]
        return [field for field in (*delivery, *billing, self["vat_number"], self["method"]) if field.errors]

    # --- for the services -------------------------------------------------------------------------
    def details(self) -> orders.CheckoutDetails:
        """Return what was typed as the services take it; only for a form that is valid."""
        shipping = self.chosen.as_dict() if self.chosen else self.address("")
        billing = dict(shipping) if self.cleaned_data["billing_same"] else self.address("billing_")
        if number := self.cleaned_data["vat_number"]:
            billing["vat_number"] = number
        return orders.CheckoutDetails(
            email=self.cleaned_data["email"],
            shipping_address=shipping,
            billing_address=billing,
            method_id=self.cleaned_data["method"] or 0,
            customer=self.customer,
        )

    def keep_address(self) -> None:
        """Put the address that was typed into the customer's address book, if they asked for it and there is room."""
        if self.customer and self.cleaned_data["save_address"] and not self.chosen:
            with suppress(address_book.AddressBookFull, address_book.AddressGone):
                address_book.add_address(self.customer, self.address(""))

    def clean_email(self) -> str:
        """In lower case, as accounts keep it: so a guest's orders are found by it when they join an account."""
        return clean_address(self.cleaned_data["email"])

    def clean_saved(self) -> str:
        """Another's address, and one that was deleted meanwhile, are as good as none."""
        if self.cleaned_data["saved"] and not self.chosen:
            raise forms.ValidationError(_("This address is no longer saved. Choose another one."))
        return self.cleaned_data["saved"]

    def clean_vat_number(self) -> str:
        """In the form that the country which is billed gives it."""
        typed = self.cleaned_data["vat_number"]
        country = self.country if self.billing_is_same else self.billing_country
        try:
            return vat_numbers.clean(typed, country) if typed else ""
        except vat_numbers.NotAVatNumber as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, object]:
        if self.chosen:
            for name in [name for name in self.errors if name in addresses.FIELDS or name == "country"]:
                del self.errors[name]
        else:
            self.judge_address("")
        if not self.cleaned_data.get("billing_same"):
            self.judge_address("billing_")
        else:
            for name in [name for name in self.errors if name.startswith("billing_")]:
                del self.errors[name]
        return self.cleaned_data


def _country_field(choices: Mapping[str, str], country: str, kind: str) -> forms.ChoiceField:
    """The choice of a country; with htmx it brings the fields of that country, and for a delivery its prices."""
    place = "delivery" if kind == "shipping" else "billing"
    swapped_too = {"hx_select_oob": "#methods,#summary,#peek-total"} if place == "delivery" else {}
    return country_field(
        choices,
        country,
        kind=kind,
        hx_post=reverse("payments:checkout"),
        hx_vals='{"update": "1"}',
        hx_trigger="change",
        hx_target=f"#{place}-address",
        hx_select=f"#{place}-address",
        hx_swap="outerHTML",
        hx_indicator="#summary",
        **swapped_too,
    )


def reachable(methods: list[ShippingMethod]) -> dict[str, str]:
    """The countries that some way of delivery reaches."""
    if any(not method.countries for method in methods):
        return addresses.countries()
    codes = {code for method in methods for code in method.countries.split()}
    return {code: name for code, name in addresses.countries().items() if code in codes}


def country_of(typed: object, choices: Mapping[str, str]) -> str:
    """The country that was chosen, else the shop's own, else the first that there is."""
    if typed in choices:
        return str(typed)
    return (
        settings.SHOP_COUNTRY
        if settings.SHOP_COUNTRY in choices
        else next(iter(choices), settings.SHOP_COUNTRY)
    )


def _whole_number(typed: object) -> int | None:
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _remembered(customer: User | None, cart: Cart | None, saved: list[Address]) -> dict[str, object]:
    """What the first visit starts with: the payment of this cart that came to nothing, the default addresses, else the
    customer's last checkout."""
    if customer:
        last = Checkout.objects.filter(customer=customer)
    else:
        last = Checkout.objects.filter(cart=cart) if cart else Checkout.objects.none()
    wanted = ("email", "shipping_address", "billing_address", "state", "cart")
    found = last.order_by("-pk").values(*wanted).first()
    came_to_nothing = (
        found and cart and found["cart"] == cart.pk and found["state"] != Checkout.State.COMPLETED
    )
    if customer and saved and not came_to_nothing:
        return _from_address_book(customer, saved)
    if found is None:
        return {"email": customer.email, "name": customer.full_name} if customer else {}
    email = customer.email if customer else found["email"]
    key = next((each.key for each in saved if each.as_dict() == found["shipping_address"]), "")
    typed = {"name": customer.full_name} if key and customer else found["shipping_address"]
    return {"email": email, "saved": key, **typed, **_billing(found["billing_address"])}


def _from_address_book(customer: User, saved: list[Address]) -> dict[str, object]:
    """The default addresses: one click is enough then."""
    delivery = next((each for each in saved if each.is_delivery_default), saved[0])
    billing = next((each for each in saved if each.is_billing_default), delivery)
    start = {"email": customer.email, "name": customer.full_name, "saved": delivery.key}
    if billing == delivery:
        return {**start, "country": delivery.country}
    return {**start, "country": delivery.country, "billing_same": "", **_billing(billing.as_dict())}


def _billing(address: Mapping[str, str]) -> dict[str, str]:
    noted = {"vat_number": address.get("vat_number", "")}
    return {f"billing_{name}": text for name, text in address.items() if name != "vat_number"} | noted
