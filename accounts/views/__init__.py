"""The customer's doors to this room."""

from accounts.views.area import (
    AddressDefaultView,
    AddressDeleteView,
    AddressesView,
    AddressFormView,
    ProfileView,
)
from accounts.views.entrance import (
    LoginView,
    PasswordResetConfirmView,
    PasswordResetDoneView,
    PasswordResetView,
    RegisterConfirmView,
    RegisterSentView,
    RegisterView,
)
from accounts.views.privacy import EraseView, ExportView, PrivacyView
from accounts.views.security import (
    EmailChangeSentView,
    EmailChangeView,
    EmailConfirmView,
    EndSignInView,
    PasswordChangeView,
    SecurityView,
)

__all__ = [
    "AddressDefaultView",
    "AddressDeleteView",
    "AddressFormView",
    "AddressesView",
    "EmailChangeSentView",
    "EmailChangeView",
    "EmailConfirmView",
    "EndSignInView",
    "EraseView",
    "ExportView",
    "LoginView",
    "PasswordChangeView",
    "PasswordResetConfirmView",
    "PasswordResetDoneView",
    "PasswordResetView",
    "PrivacyView",
    "ProfileView",
    "RegisterConfirmView",
    "RegisterSentView",
    "RegisterView",
    "SecurityView",
]
