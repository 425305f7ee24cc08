from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("register/", views.RegisterView.as_view(), name="register"),
    path("register/sent/", views.RegisterSentView.as_view(), name="register_sent"),
    path("register/<str:token>/", views.RegisterConfirmView.as_view(), name="register_confirm"),
    path("password/reset/", views.PasswordResetView.as_view(), name="password_reset"),
    path("password/reset/sent/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/reset/<str:uidb64>/<str:token>/",
        views.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("password/change/", views.PasswordChangeView.as_view(), name="password_change"),
    path("email/change/", views.EmailChangeView.as_view(), name="email_change"),
    path("email/change/sent/", views.EmailChangeSentView.as_view(), name="email_change_sent"),
    path("email/change/<str:token>/", views.EmailConfirmView.as_view(), name="email_confirm"),
    path("profile/", views.ProfileView.as_view(), name="profile"),
    path("addresses/", views.AddressesView.as_view(), name="addresses"),
    path("addresses/new/", views.AddressFormView.as_view(), name="address_new"),
    path("addresses/<str:key>/", views.AddressFormView.as_view(), name="address"),
    path("addresses/<str:key>/delete/", views.AddressDeleteView.as_view(), name="address_delete"),
    path("addresses/<str:key>/default/", views.AddressDefaultView.as_view(), name="address_default"),
    path("security/", views.SecurityView.as_view(), name="security"),
    path("security/end/", views.EndSignInView.as_view(), name="end_sign_in"),
    path("privacy/", views.PrivacyView.as_view(), name="privacy"),
    path("export/", views.ExportView.as_view(), name="export"),
    path("erase/", views.EraseView.as_view(), name="erase"),
]
