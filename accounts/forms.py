"""What people type about themselves."""

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from accounts import services
from accounts.models import User

EMAIL = {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
# Longer than anybody needs, short enough to hash.
LONGEST_PASSWORD = 256


class EmailForm(forms.Form):
    """An address to write to; lower-cased, as accounts keep it."""

    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput(attrs=EMAIL))

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class RegistrationForm(EmailForm):
    name = forms.CharField(
        label="Your name (optional)",
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email"]


class LoginForm(AuthenticationForm):
    """Django's own, with an e-mail for a user name."""

    error_messages = {
        "invalid_login": "This e-mail and password do not belong together. Please check both.",
        "inactive": "This e-mail and password do not belong together. Please check both.",
    }

    username = forms.EmailField(
        max_length=254,
        label="E-mail",
        # "username" is what password managers look for.
        widget=forms.EmailInput(attrs={**EMAIL, "autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed once: browsers make one up or show it. `user` is whom it must not resemble."""

    new_password = forms.CharField(
        label="New password",
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text="At least 8 characters. A few words in a row are a good choice.",
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
        label="Current password",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_current_password(self) -> str:
        password = self.cleaned_data["current_password"]
        if not self.user.check_password(password):
            raise ValidationError("This is not your current password.", code="wrong_password")
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
        self.fields["email"].label = "New e-mail"


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name"]
        labels = {"full_name": "Your name"}
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}
