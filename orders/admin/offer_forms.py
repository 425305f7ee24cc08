"""What staff type about promotions and vouchers, refused in words where it makes no sense."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from orders.models import Offer, Promotion, Voucher
from orders.models.offers import LONGEST_CODE, new_code
from orders.services import vouchers

Kind = Offer.Kind
CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{2,31}")
LONGEST_NAME = 60


class NamesField(forms.MultiValueField):
    """A name in each of the shop's languages, kept as {language: name}; its own has to be there."""

    def __init__(self, **kwargs: Any):
        fields = [
            forms.CharField(max_length=LONGEST_NAME, required=code == settings.LANGUAGE_CODE)
            for code, _language in settings.LANGUAGES
        ]
        inputs = [
            forms.TextInput({"aria-label": f"Name ({name})", "placeholder": name, "class": "vTextField"})
            for _code, name in settings.LANGUAGES
        ]
        super().__init__(fields, widget=NamesInput(inputs), require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> dict[str, str]:
        codes = [code for code, _language in settings.LANGUAGES]
        return {code: name for code, name in zip(codes, data_list, strict=False) if name}


class NamesInput(forms.MultiWidget):
    def decompress(self, value: Mapping[str, str] | None) -> list[str]:
        return [(value or {}).get(code, "") for code, _language in settings.LANGUAGES]


class OfferForm(forms.ModelForm):
    """What each kind of offer has to say, and what it must not."""

    says: Mapping[str, tuple[str, ...]] = {
        Kind.PERCENT: ("percent",),
        Kind.AMOUNT: ("amount",),
        Kind.DELIVERY: (),
    }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self._check_figures(given)
        minimum, starts_at, ends_at = given.get("minimum"), given.get("starts_at"), given.get("ends_at")
        if minimum is not None and minimum < 0:
            self.add_error("minimum", "It cannot be less than nothing.")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "It has to end after it begins.")
        return given

    def _check_figures(self, given: Mapping[str, Any]) -> None:
        wanted = self.says.get(given.get("kind", ""))
        if wanted is None:
            return
        names = {name for each in self.says.values() for name in each if name not in self.errors}
        for name in sorted(names):
            value = given.get(name)
            if name in wanted and value is None:
                self.add_error(name, "Say how much." if name in ("percent", "amount") else "Say how many.")
            elif name not in wanted and value is not None:
                self.add_error(name, f"Leave this empty: the offer is “{Kind(given['kind']).label}”.")
            elif name == "percent" and value is not None and not 1 <= value <= 100:
                self.add_error(name, "Enter 1 to 100 percent.")
            elif value is not None and value < 1:
                self.add_error(name, "It has to be more than nothing.")


class PromotionForm(OfferForm):
    names = NamesField(label="Name", help_text="What customers read, in each language; the first is a must.")
    says = {**OfferForm.says, Kind.PIECES: ("buy", "get", "percent")}

    class Meta:
        model = Promotion
        fields = (
            *("names", "kind", "percent", "amount", "buy", "get", "category", "minimum"),
            *("starts_at", "ends_at", "is_active", "position"),
        )


class VoucherForm(OfferForm):
    code = forms.CharField(
        max_length=LONGEST_CODE,
        required=False,
        help_text="Letters, digits, - and _; capitals do not matter. Left empty, one is made that nobody guesses.",
    )
    kind = forms.ChoiceField(choices=[each for each in Kind.choices if each[0] != Kind.PIECES])

    class Meta:
        model = Voucher
        fields = (
            *(
                "code",
                "kind",
                "percent",
                "amount",
                "category",
                "minimum",
                "starts_at",
                "ends_at",
                "is_active",
            ),
            *("limit", "per_customer", "first_order_only", "note"),
        )

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper() or new_code()
        if not CODE.fullmatch(code):
            raise ValidationError("At least three letters or digits, with - or _ between them.")
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        limit, per_customer = given.get("limit"), given.get("per_customer")
        for name in ("limit", "per_customer"):
            if given.get(name) == 0:
                self.add_error(name, "At least 1; leave it empty for no limit.")
        if self.instance.pk and (limit or per_customer):
            used, by_one = vouchers.most_used(self.instance)
            if limit and limit < used:
                self.add_error("limit", f"It is used {used} times already.")
            if per_customer and per_customer < by_one:
                self.add_error("per_customer", f"One customer has used it {by_one} times already.")
        return given
