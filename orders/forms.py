"""What people type into the cart and the checkout, made clean; nothing is decided here."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from orders import addresses
from orders import services as orders
from orders.models import Cart, Checkout, ShippingMethod

_LONGEST = {
    "name": 100,
    "company": 100,
    "street": 120,
    "street2": 120,
    "postcode": 16,
    "city": 80,
    "region": 80,
    "phone": 30,
}
_AUTOCOMPLETE = {
    "name": "name",
    "company": "organization",
    "street": "address-line1",
    "street2": "address-line2",
    "postcode": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
    "phone": "tel",
}
_SELECTED = mark_safe(" selected")
_EMAIL_PROBLEMS = {
    "required": "Enter your e-mail address.",
    "invalid": "Enter an e-mail address, such as name@example.com.",
}
_EMAIL = {"class": "form-control", "autocomplete": "email", "inputmode": "email", "spellcheck": "false"}


class AddForm(forms.Form):
    """One variant and how many more of it."""

    variant = forms.IntegerField(error_messages={"required": "Choose what to put into the cart."})
    quantity = forms.IntegerField(required=False)

    def clean_quantity(self) -> int:
        """An empty number means one."""
        quantity = self.cleaned_data["quantity"]
        return _in_range(1 if quantity is None else quantity, lowest=1)


class LineForm(forms.Form):
    """One line of the cart and how many pieces it shall hold; 0 removes it."""

    line = forms.IntegerField()
    quantity = forms.IntegerField(
        error_messages={"required": "Enter a number.", "invalid": "Enter a whole number."}
    )

    def clean_quantity(self) -> int:
        return _in_range(self.cleaned_data["quantity"], lowest=0)


def _in_range(quantity: int, *, lowest: int) -> int:
    if not lowest <= quantity <= orders.max_quantity():
        raise forms.ValidationError(f"Enter a whole number from {lowest} to {orders.max_quantity()}.")
    return quantity


class DescribedForm(forms.Form):
    """Each wrong field names the sentence beside it that says why (`aria-describedby`)."""

    def describe_errors(self) -> None:
        """To be called when all fields are there; judges the form if it was sent."""
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                attrs["class"] = f"{attrs.get('class', 'form-control')} is-invalid"


class FindForm(DescribedForm):
    """How a guest finds their orders again."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        error_messages=_EMAIL_PROBLEMS,
        widget=forms.EmailInput(attrs=_EMAIL),
    )
    number = forms.CharField(
        label="Order number, if you have it",
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
        return self.cleaned_data["email"].lower()

    def clean_number(self) -> str:
        return self.cleaned_data["number"].upper()


class LineText(forms.CharField):
    """One line of text: breaks, tabs and other signs that do not print become a space."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value) or ""
        return " ".join("".join(sign if sign.isprintable() or sign == "\0" else " " for sign in text).split())


class Quick:
    """Writes an input as one text: by Django's templates, the twenty of the checkout page take half its time."""

    def render(
        self: Any, name: str, value: object, attrs: dict | None = None, renderer: object = None
    ) -> SafeString:
        written = {"type": self.input_type, "name": name, **self.build_attrs(self.attrs, attrs)}
        if (said := self.format_value(value)) is not None:
            written["value"] = said
        return format_html("<input{}>", flatatt(written))


class QuickText(Quick, forms.TextInput):
    pass


class QuickHidden(Quick, forms.HiddenInput):
    pass


class QuickEmail(Quick, forms.EmailInput):
    pass


class QuickSelect(forms.Select):
    """A choice whose options are written as one text, once: a template for each of 250 countries takes 7 ms a page."""

    def render(
        self, name: str, value: object, attrs: dict | None = None, renderer: object = None
    ) -> SafeString:
        choices = tuple((str(code), str(label)) for code, label in self.choices)
        chosen = str(value or "")
        options = _options(choices, chosen if chosen in dict(choices) else None)
        written = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", written, options)


@lru_cache(maxsize=128)
def _options(choices: tuple[tuple[str, str], ...], chosen: str | None) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((code, _SELECTED if code == chosen else "", label) for code, label in choices),
    )


class CheckoutForm(DescribedForm):
    """Who orders, where it goes, who is billed and how it travels, on one page.

    The fields of an address are those of its country. Without `data` the form is not judged: `initial` is what was
    typed so far (a redrawn page), or nothing on the first visit, which starts with what the customer, or the cart's
    payment that came to nothing, gave last. `country` and `method_id` are what a quote needs, whatever was typed.
    """

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        error_messages=_EMAIL_PROBLEMS,
        widget=QuickEmail(attrs=_EMAIL),
    )
    billing_same = forms.BooleanField(label="The billing address is the same", required=False)
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
        typed = data if data is not None else (dict(initial or {}) or _remembered(customer, cart))
        if country:
            typed = {**dict(typed.items()), "country": country}
        is_first = data is None and "email" not in (initial or {})
        super().__init__(data, initial={**typed, "billing_same": True} if is_first else dict(typed.items()))
        methods = ShippingMethod.objects.filter(is_active=True)
        self.reachable = _reachable(list(methods))
        self.country = _country_of(typed.get("country"), self.reachable)
        self.billing_country = _country_of(
            typed.get("billing_country") or self.country, addresses.countries()
        )
        self.method_id = _whole_number(typed.get("method"))
        self.billing_is_same = is_first or "billing_same" in typed
        self._add_address("", self.country, self.reachable, "shipping")
        self._add_address("billing_", self.billing_country, addresses.countries(), "billing")
        self.initial["country"], self.initial["billing_country"] = self.country, self.billing_country
        self.describe_errors()

    # --- for the page -----------------------------------------------------------------------------
    @property
    def country_field(self) -> forms.BoundField:
        return self["country"]

    @property
    def billing_country_field(self) -> forms.BoundField:
        return self["billing_country"]

    @property
    def delivery_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in addresses.rules_for(self.country).fields]

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
        delivery = [self["email"], self["country"], *self.delivery_fields]
        billing = [self["billing_country"], *self.billing_fields]
        return [field for field in (*delivery, *billing, self["method"]) if field.errors]

    # --- for the services -------------------------------------------------------------------------
    def details(self) -> orders.CheckoutDetails:
        """Return what was typed as the services take it; only for a form that is valid."""
        shipping = self._address("")
        return orders.CheckoutDetails(
            email=self.cleaned_data["email"],
            shipping_address=shipping,
            billing_address=dict(shipping)
            if self.cleaned_data["billing_same"]
            else self._address("billing_"),
            method_id=self.cleaned_data["method"] or 0,
            customer=self.customer,
        )

    def clean(self) -> dict[str, object]:
        self._judge("")
        if not self.cleaned_data.get("billing_same"):
            self._judge("billing_")
        else:
            for name in [name for name in self.errors if name.startswith("billing_")]:
                del self.errors[name]
        return self.cleaned_data

    def _judge(self, prefix: str) -> None:
        country = self.cleaned_data.get(f"{prefix}country")
        if not country:
            return
        for field, words in addresses.rules_for(country).problems(self._address(prefix)).items():
            if f"{prefix}{field}" not in self.errors:
                self.add_error(f"{prefix}{field}", words)

    def _address(self, prefix: str) -> dict[str, str]:
        country = self.cleaned_data[f"{prefix}country"]
        allowed = addresses.rules_for(country).fields
        address = {
            name: self.cleaned_data.get(f"{prefix}{name}") or "" if name in allowed else ""
            for name in addresses.FIELDS
        }
        return {**address, "postcode": address["postcode"].upper(), "country": country}

    # --- building ---------------------------------------------------------------------------------
    def _add_address(self, prefix: str, country: str, choices: Mapping[str, str], kind: str) -> None:
        rules = addresses.rules_for(country)
        self.fields[f"{prefix}country"] = _country_field(choices, country, kind)
        for name in addresses.FIELDS:
            self.fields[f"{prefix}{name}"] = _address_field(name, rules, kind)


def _country_field(choices: Mapping[str, str], country: str, kind: str) -> forms.ChoiceField:
    """The choice of a country; with htmx it brings the fields of that country, and for a delivery its prices."""
    place = "delivery" if kind == "shipping" else "billing"
    attrs = {
        "class": "form-select",
        "autocomplete": f"{kind} country",
        "hx-post": reverse("payments:checkout"),
        "hx-vals": '{"update": "1"}',
        "hx-trigger": "change",
        "hx-target": f"#{place}-address",
        "hx-select": f"#{place}-address",
        "hx-swap": "outerHTML",
    }
    if place == "delivery":
        attrs["hx-select-oob"] = "#methods,#summary"
    return forms.ChoiceField(
        label="Country",
        choices=choices.items,  # called only when somebody looks: Django goes through a list four times over
        initial=country,
        error_messages={"invalid_choice": "Choose a country from the list.", "required": "Choose a country."},
        widget=QuickSelect(attrs=attrs),
    )


def _address_field(name: str, rules: addresses.Rules, kind: str) -> forms.Field:
    """One field of an address; what it must hold is judged as a whole, with its country."""
    attrs = {"class": "form-control", "autocomplete": f"{kind} {_AUTOCOMPLETE[name]}"}
    label = rules.labels[name] if name in rules.required else f"{rules.labels[name]} (optional)"
    if name in rules.required:
        attrs["aria-required"] = "true"
    widget: forms.Widget = QuickText(attrs=attrs)
    if name not in rules.fields:
        widget = QuickHidden()
    elif name == "region" and rules.regions:
        blank = ("", f"Choose the {rules.word('region')}")
        widget = QuickSelect(attrs=attrs | {"class": "form-select"}, choices=[blank, *rules.regions])
    elif name == "phone":
        widget = QuickText(attrs=attrs | {"type": "tel", "inputmode": "tel"})
    elif name == "postcode" and rules.postcode_example.isdecimal():
        widget = QuickText(attrs=attrs | {"inputmode": "numeric"})
    help_text = "Only for questions about the delivery." if name == "phone" and kind == "shipping" else ""
    return LineText(
        label=label, max_length=_LONGEST[name], required=False, widget=widget, help_text=help_text
    )


def _reachable(methods: list[ShippingMethod]) -> dict[str, str]:
    """The countries that some way of delivery reaches."""
    if any(not method.countries for method in methods):
        return addresses.countries()
    codes = {code for method in methods for code in method.countries.split()}
    return {code: name for code, name in addresses.countries().items() if code in codes}


def _country_of(typed: object, choices: Mapping[str, str]) -> str:
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


def _remembered(customer: User | None, cart: Cart | None) -> dict[str, object]:
    """What the first visit starts with: this cart's last checkout, else the customer's."""
    if customer:
        last = Checkout.objects.filter(customer=customer)
    else:
        last = Checkout.objects.filter(cart=cart) if cart else Checkout.objects.none()
    found = last.order_by("-pk").values("email", "shipping_address", "billing_address").first()
    if found is None:
        return {"email": customer.email, "name": customer.full_name} if customer else {}
    billing = {f"billing_{name}": text for name, text in found["billing_address"].items()}
    email = customer.email if customer else found["email"]
    return {"email": email, **found["shipping_address"], **billing}
