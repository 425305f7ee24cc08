"""What people type about themselves."""

from collections.abc import Mapping

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from accounts import addresses, services
from accounts.address_fields import AddressedForm, country_field
from accounts.models import User
from config.mail import clean_address

EMAIL = {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
# Longer than anybody needs, short enough to hash.
LONGEST_PASSWORD = 256


class EmailForm(forms.Form):
    """An address to write to; lower-cased, as accounts keep it."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, widget=forms.EmailInput(attrs=EMAIL)
    )

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])


class RegistrationForm(EmailForm):
    name = forms.CharField(
        label=gettext_lazy("Your name (optional)"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email"]


class LoginForm(AuthenticationForm):
    """Django's own, with an e-mail for a user name."""

    error_messages = {
        "invalid_login": gettext_lazy("This e-mail and password do not belong together. Please check both."),
        "inactive": gettext_lazy("This e-mail and password do not belong together. Please check both."),
    }

    username = forms.EmailField(
        max_length=254,
        label=gettext_lazy("E-mail"),
        # "username" is what password managers look for.
        widget=forms.EmailInput(attrs={**EMAIL, "autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed once: browsers make one up or show it. `user` is whom it must not resemble."""

    new_password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text=gettext_lazy("At least 8 characters. A few words in a row are a good choice."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": 8}),
    )

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.user)
        return password


class ResetPasswordForm(NewPasswordForm):
    """The new password behind a mailed link."""

    def save(self) -> User:
        services.set_password(self.user, self.cleaned_data["new_password"], proves_email=True)
        return self.user


class CurrentPasswordForm(forms.Form):
    """Asks for the password once more, of somebody who is signed in; needs `self.user`."""

    user: User
    current_password = forms.CharField(
        label=gettext_lazy("Current password"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_current_password(self) -> str:
        password = self.cleaned_data["current_password"]
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your current password."), code="wrong_password")
        return password


class PasswordChangeForm(NewPasswordForm, CurrentPasswordForm):
    field_order = ["current_password", "new_password"]

    def save(self) -> User:
        services.set_password(self.user, self.cleaned_data["new_password"])
        return self.user


class EmailChangeForm(EmailForm, CurrentPasswordForm):
    field_order = ["email", "current_password"]

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail")


class ProfileForm(forms.ModelForm):
    """The name, and where the shop speaks several languages, the one of its mails."""

    class Meta:
        model = User
        fields = ["full_name", "language"]
        labels = {"full_name": gettext_lazy("Your name")}
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        named = [
            (code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES
        ]
        if len(named) < 2:
            del self.fields["language"]
        else:
            self.fields["language"] = forms.ChoiceField(label=_("Language of our mails"), choices=named)


class EraseForm(CurrentPasswordForm):
    """The password, and the account's own e-mail address typed once more, so that nobody erases by accident."""

    confirmation = forms.CharField(
        label=gettext_lazy("Your e-mail, typed once more"),
        max_length=254,
        widget=forms.EmailInput(attrs={**EMAIL, "autocomplete": "off"}),
    )
    field_order = ["current_password", "confirmation"]

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_confirmation(self) -> str:
        typed = self.cleaned_data["confirmation"].strip().lower()
        if typed != self.user.email:
            raise ValidationError(_("This is not the e-mail of this account."), code="not_this_account")
        return typed


class AddressForm(AddressedForm):
    """One address of the address book; its fields are those of its country. Without `data` nothing is judged."""

    def __init__(self, data: Mapping | None = None, *, initial: Mapping | None = None):
        typed = data if data is not None else (initial or {})
        super().__init__(data, initial=dict(typed.items()))
        countries = addresses.countries()
        chosen = typed.get("country", "")
        self.country = chosen if chosen in countries else settings.SHOP_COUNTRY
        choice = country_field(
            countries,
            self.country,
            kind="shipping",
            hx_post="",
            hx_vals='{"update": "1"}',
            hx_trigger="change",
            hx_target="#address-fields",
            hx_select="#address-fields",
            hx_swap="outerHTML",
        )
        self.add_address("", self.country, choice, kind="shipping")
        self.initial["country"] = self.country
        self.describe_errors()

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in addresses.rules_for(self.country).fields]

    @property
    def kept_fields(self) -> list[forms.BoundField]:
        """What was typed into fields that the country chosen now does not have; carried along unseen."""
        shown = addresses.rules_for(self.country).fields
        return [self[name] for name in addresses.FIELDS if name not in shown]

    @property
    def wrong_fields(self) -> list[forms.BoundField]:
        return [field for field in (self["country"], *self.shown_fields) if field.errors]

    def clean(self) -> dict[str, object]:
        self.judge_address("")
        return self.cleaned_data
