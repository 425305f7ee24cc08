"""What staff type about products, variants and pictures; each form hands its values to one service."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from inventory.models import StockItem
from shop import services as shop
from shop.models import Product, ProductImage, Variant

COUNTRY = RegexValidator(r"^[A-Za-z]{2}\Z", gettext_lazy("Enter a code of two letters, such as PT."))
SKU = RegexValidator(r"^[^\s/]+\Z", gettext_lazy("A SKU has no spaces and no slashes."))
MOST_GRAMS = 10_000_000


class ProductForm(forms.ModelForm):
    class Meta:
        model = Product
        fields = ("name", "category", "slug", "summary", "description", "is_active", "is_featured")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if slug := self.fields.get("slug"):
            slug.required = self.instance.pk is not None
            slug.help_text = _(
                "The address of its page. When it changes, the old address leads to the new one."
            )

    def apply(self) -> None:
        """Write the product; a new one keeps its identity in `instance`."""
        if self.instance.pk:
            shop.change_product(self.instance)
            return
        product = self.instance
        made = shop.create_product(
            product.category,
            product.name,
            slug=product.slug,
            summary=product.summary,
            description=product.description,
            is_active=product.is_active,
            is_featured=product.is_featured,
        )
        product.pk = made.pk
        product.refresh_from_db()


class VariantForm(forms.ModelForm):
    """A variant, and of its item the SKU, which never changes, and the barcode."""

    sku = forms.CharField(label=gettext_lazy("SKU"), max_length=40, validators=[SKU])
    barcode = forms.CharField(max_length=40, required=False)

    class Meta:
        model = Variant
        fields = (
            "label",
            "price",
            "compare_at_price",
            "weight_g",
            "tax_class",
            "country_of_origin",
            "position",
            "is_active",
        )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            item = self.instance.stock_item
            self.initial.update(sku=item.sku, barcode=item.barcode)
            self.fields["sku"].disabled = True
            self.fields["sku"].widget.attrs["size"] = 14

    def clean_sku(self) -> str:
        sku = self.cleaned_data["sku"]
        if not self.instance.pk and StockItem.objects.filter(sku=sku).exists():
            raise ValidationError(_("The SKU %(sku)s is taken.") % {"sku": sku})
        return sku

    def clean_price(self) -> int:
        try:
            shop.check_price(self.cleaned_data["price"])
        except shop.PriceOutOfRange as error:
            raise ValidationError(str(error)) from error
        return self.cleaned_data["price"]

    def clean_compare_at_price(self) -> int | None:
        price, before = self.cleaned_data.get("price"), self.cleaned_data["compare_at_price"]
        if price is None:
            return before
        try:
            shop.check_compare_at(price, before)
        except shop.NoReduction as error:
            raise ValidationError(str(error)) from error
        return before

    def clean_country_of_origin(self) -> str:
        code = self.cleaned_data["country_of_origin"].upper()
        if code:
            COUNTRY(code)
        return code

    def clean_weight_g(self) -> int:
        if self.cleaned_data["weight_g"] > MOST_GRAMS:
            raise ValidationError(_("That is heavier than ten tonnes."))
        return self.cleaned_data["weight_g"]

    def apply(self, by: User) -> None:
        given = self.cleaned_data
        if self.instance.pk:
            self._change(self.instance, by)
            return
        made = shop.add_variant(
            self.instance.product,
            given["sku"],
            given["label"],
            given["price"],
            compare_at_price=given["compare_at_price"],
            weight_g=given["weight_g"],
            tax_class=given["tax_class"],
            country_of_origin=given["country_of_origin"],
            barcode=given["barcode"],
            is_active=given["is_active"],
            by=by,
        )
        if given["position"]:
            made.position = given["position"]
            self._change(made, by)
        self.instance.pk, self.instance.stock_item_id = made.pk, made.stock_item_id

    def _change(self, variant: Variant, by: User) -> None:
        given = self.cleaned_data
        shop.change_variant(
            variant,
            price=given["price"],
            compare_at_price=given["compare_at_price"],
            barcode=given["barcode"],
            by=by,
        )


class VariantFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        skus = [form.cleaned_data.get("sku") for form in self.forms if form.has_changed() and form.is_valid()]
        if len(skus) != len(set(skus)):
            raise ValidationError(_("Two of these variants have the same SKU."))


class ImageForm(forms.ModelForm):
    """A picture's words and place; a new file is checked and stored while the form is, before any row is locked."""

    upload = forms.FileField(required=False, label=gettext_lazy("Picture"), widget=forms.FileInput)

    class Meta:
        model = ProductImage
        fields = ("alt", "position")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["upload"].widget.attrs["accept"] = "image/jpeg,image/png,image/webp"

    def clean_upload(self) -> shop.StoredPicture | None:
        """The stored picture; none if the present one stays."""
        file = self.cleaned_data["upload"]
        if not file:
            if self.instance.pk:
                return None
            raise ValidationError(_("Choose a picture: JPEG, PNG or WebP."))
        try:
            return shop.store_upload(file)
        except (shop.PictureRefused, shop.PictureNotStored) as error:
            raise ValidationError(str(error)) from error

    def apply(self, by: User) -> None:
        given = self.cleaned_data
        if self.instance.pk:
            shop.change_image(self.instance)
            if given["upload"]:
                shop.replace_image(self.instance, given["upload"])
            return
        made = shop.attach_image(
            self.instance.product, given["upload"], given["alt"], position=given["position"]
        )
        self.instance.pk = made.pk
