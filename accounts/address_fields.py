"""The fields of an address in a form: those of its country, named, ordered and judged as `accounts.addresses` says."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import addresses

LONGEST = {
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


class DescribedForm(forms.Form):
    """Each wrong field names the sentence beside it that says why (`aria-describedby`)."""

    def describe_errors(self) -> None:
        """To be called when all fields are there; judges the form if it was sent."""
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                attrs["class"] = f"{attrs.get('class', 'form-control')} is-invalid"


class AddressedForm(DescribedForm):
    """A form with one address or several, told apart by a prefix; the fields of each are those of its country."""

    def add_address(self, prefix: str, country: str, country_field: forms.ChoiceField, *, kind: str) -> None:
        """Add the fields of one address; `kind` is "shipping" or "billing", as browsers fill them in."""
        rules = addresses.rules_for(country)
        self.fields[f"{prefix}country"] = country_field
        for name in addresses.FIELDS:
            self.fields[f"{prefix}{name}"] = address_field(name, rules, kind=kind)

    def judge_address(self, prefix: str) -> None:
        """Put what is wrong with an address beside its fields; needs `cleaned_data`."""
        country = self.cleaned_data.get(f"{prefix}country")
        if not country:
            return
        for field, words in addresses.rules_for(country).problems(self.address(prefix)).items():
            if f"{prefix}{field}" not in self.errors:
                self.add_error(f"{prefix}{field}", words)

    def address(self, prefix: str) -> dict[str, str]:
        """The address that was typed, without what its country does not have."""
        country = self.cleaned_data[f"{prefix}country"]
        allowed = addresses.rules_for(country).fields
        address = {
            name: self.cleaned_data.get(f"{prefix}{name}") or "" if name in allowed else ""
            for name in addresses.FIELDS
        }
        return {**address, "postcode": address["postcode"].upper(), "country": country}


class CountryField(forms.ChoiceField):
    """A choice of 250 that is judged by one look; Django would go through them all, one by one."""

    def __init__(self, *, countries: Mapping[str, str], **kwargs: Any):
        super().__init__(choices=countries.items, **kwargs)  # called only when somebody looks
        self.countries = self.widget.countries = countries

    def valid_value(self, value: str) -> bool:
        return value in self.countries


def country_field(choices: Mapping[str, str], country: str, *, kind: str, **attrs: str) -> forms.ChoiceField:
    """The choice of a country; `attrs` with underscores are written with hyphens (`hx_post`)."""
    written = {name.replace("_", "-"): text for name, text in attrs.items()}
    return CountryField(
        countries=choices,
        label=gettext_lazy("Country"),
        initial=country,
        error_messages={
            "invalid_choice": gettext_lazy("Choose a country from the list."),
            "required": gettext_lazy("Choose a country."),
        },
        widget=CountrySelect(attrs={"class": "form-select", "autocomplete": f"{kind} country"} | written),
    )


def address_field(name: str, rules: addresses.Rules, *, kind: str) -> forms.Field:
    """One field of an address; what it must hold is judged as a whole, with its country."""
    attrs = {"class": "form-control", "autocomplete": f"{kind} {_AUTOCOMPLETE[name]}"}
    label: Any = rules.labels[name]
    if name in rules.required:
        attrs["aria-required"] = "true"
    else:
        label = format_lazy(gettext_lazy("{field} (optional)"), field=label)
    widget: forms.Widget = QuickText(attrs=attrs)
    if name not in rules.fields:
        widget = QuickHidden()
    elif name == "region" and rules.regions:
        blank = ("", _("Choose the %(field)s") % {"field": rules.word("region")})
        widget = QuickSelect(attrs=attrs | {"class": "form-select"}, choices=[blank, *rules.regions])
    elif name == "phone":
        widget = QuickText(attrs=attrs | {"type": "tel", "inputmode": "tel"})
    elif name == "postcode" and rules.postcode_example.isdecimal():
        widget = QuickText(attrs=attrs | {"inputmode": "numeric"})
    is_for_delivery = name == "phone" and kind == "shipping"
    help_text = _("Only for questions about the delivery.") if is_for_delivery else ""
    return LineText(label=label, max_length=LONGEST[name], required=False, widget=widget, help_text=help_text)


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
        pairs, chosen = self.pairs(), str(value or "")
        options = _options(pairs, chosen if chosen in dict(pairs) else None)
        written = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", written, options)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What can be chosen: (value, words)."""
        return tuple((str(code), str(label)) for code, label in self.choices)

    def use_required_attribute(self, initial: object) -> bool:
        """Never: a form here says in its own words what is missing, and Django would go through all the choices."""
        return False


class CountrySelect(QuickSelect):
    """The choice of a country, which its field hands over as it is: nothing is normalised 250 times."""

    countries: Mapping[str, str]

    def pairs(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.countries.items())


@lru_cache(maxsize=128)
def _options(pairs: tuple[tuple[str, str], ...], chosen: str | None) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((code, _SELECTED if code == chosen else "", label) for code, label in pairs),
    )
