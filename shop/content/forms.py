"""The contact form. Two quiet questions tell most machines from people, and neither needs JavaScript."""

import time
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from config.mail import clean_address
from shop.models import LONGEST_LETTER, ContactMessage

SALT = "shop.contact"
# Nobody reads the form and writes a letter in less.
SHORTEST = timedelta(seconds=3)
LONGEST = timedelta(days=2)


def _one_line(text: str) -> str:
    """What was typed, on one line: it becomes part of a mail's header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


class ContactForm(forms.ModelForm):
    """A letter to the shop. `website` is a trap that nobody sees; `opened` says, signed, when the form was shown."""

    website = forms.CharField(required=False, max_length=200)
    opened = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    class Meta:
        model = ContactMessage
        fields = ("name", "email", "order_number", "text")
        labels = {
            "name": gettext_lazy("Your name"),
            "email": gettext_lazy("Your e-mail"),
            "order_number": gettext_lazy("Order number (optional)"),
            "text": gettext_lazy("Your message"),
        }
        error_messages: ClassVar = {
            "name": {"required": gettext_lazy("Enter your name.")},
            "email": {
                "required": gettext_lazy("Enter your e-mail address."),
                "invalid": gettext_lazy("Enter an e-mail address, such as name@example.com."),
            },
            "text": {"required": gettext_lazy("Write what it is about.")},
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(
                attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"}
            ),
            "order_number": forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
            "text": forms.Textarea(attrs={"rows": 8, "maxlength": LONGEST_LETTER}),
        }

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any):
        if user is not None:
            known = {"name": user.full_name, "email": user.email}
            kwargs["initial"] = {**known, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.user = user
        self.initial["opened"] = signing.dumps(int(time.time()), salt=SALT)
        for name in self.Meta.fields:
            field = self.fields[name]
            field.widget.attrs["class"] = "form-control"
            if self.is_bound and name in self.errors:
                field.widget.attrs["class"] += " is-invalid"
                field.widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}

    def clean_name(self) -> str:
        name = _one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Please tell us your name."))
        return name

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])

    def clean_order_number(self) -> str:
        return _one_line(self.cleaned_data["order_number"]).upper()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors and not self.is_trapped and self._seconds_open() < SHORTEST.total_seconds():
            raise ValidationError(_("That was quick. Please read it once more, and send it again."))
        return given

    @property
    def is_trapped(self) -> bool:
        """Whether the field was filled in that people do not see."""
        return bool(self.cleaned_data.get("website"))

    def _seconds_open(self) -> float:
        """How long ago the form was shown; nothing for one that is too old or was not ours."""
        try:
            shown = signing.loads(self.cleaned_data.get("opened", ""), salt=SALT, max_age=LONGEST)
        except signing.BadSignature:
            return 0
        return time.time() - shown

    def letter(self) -> ContactMessage:
        """The letter as it was typed, unsaved."""
        letter = self.instance
        letter.customer, letter.is_suspect = self.user, self.is_trapped
        letter.language = get_language() or ""
        return letter
