"""Sign-in, registration and forgotten passwords: no answer tells whether an address has an account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, views
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from accounts import limits, links, services, tasks
from accounts.forms import EmailForm, LoginForm, NewPasswordForm, RegistrationForm, ResetPasswordForm
from accounts.models import User
from accounts.views.base import MODEL_BACKEND, AnonymousOnly, CountedForm, safe_next
from config import languages


class LoginView(CountedForm, views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def count(self, request: HttpRequest) -> None:
        limits.count_login(request, request.POST.get("username", ""))


class RegisterView(AnonymousOnly, CountedForm):
    """Takes a name and an address, and writes to it; nothing is kept until the mailed link is opened."""

    template_name = "accounts/register.html"
    form_class = RegistrationForm
    success_url = reverse_lazy("accounts:register_sent")

    def count(self, request: HttpRequest) -> None:
        limits.count_mail(request, request.POST.get("email", ""))

    def get_context_data(self, **kwargs):
        wanted = self.request.POST.get("next") or self.request.GET.get("next", "")
        return super().get_context_data(next=safe_next(self.request, wanted), **kwargs)

    def form_valid(self, form: RegistrationForm) -> HttpResponse:
        next_page = safe_next(self.request, self.request.POST.get("next", ""))[:500]
        tasks.answer_registration.enqueue(
            form.cleaned_data["email"], form.cleaned_data["name"], next_page, languages.current()
        )
        return super().form_valid(form)


class RegisterSentView(TemplateView):
    template_name = "accounts/register_sent.html"


@method_decorator(sensitive_post_parameters(), name="dispatch")
class RegisterConfirmView(CountedForm):
    """Behind the mailed link: a password makes the account, and signs in."""

    template_name = "accounts/register_confirm.html"
    form_class = NewPasswordForm

    def count(self, request: HttpRequest) -> None:
        limits.count_new_password(request)

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        wanted = links.read_registration(kwargs["token"])
        if wanted is None:
            return render(request, "accounts/link_ended.html", {"again": reverse("accounts:register")})
        if User.objects.filter(email=wanted.email).exists():
            return self._already_registered()
        self.wanted = wanted
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        user = User(email=self.wanted.email, full_name=self.wanted.name)
        return {**super().get_form_kwargs(), "user": user}

    def get_context_data(self, **kwargs):
        return super().get_context_data(wanted=self.wanted, **kwargs)

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        try:
            user = services.join(
                self.wanted.email, name=self.wanted.name, password=form.cleaned_data["new_password"]
            )
        except services.AlreadyRegistered:
            return self._already_registered()
        login(self.request, user, MODEL_BACKEND)
        messages.success(
            self.request, _("Welcome to %(shop)s. Your account is ready.") % {"shop": settings.SHOP_NAME}
        )
        next_page = safe_next(self.request, self.wanted.next_page)
        return HttpResponseRedirect(next_page or resolve_url(settings.LOGIN_REDIRECT_URL))

    def _already_registered(self) -> HttpResponse:
        # Only who holds the link, and so reads the mail, learns that there is an account.
        messages.info(self.request, str(services.AlreadyRegistered()))
        return redirect("accounts:login")


class PasswordResetView(CountedForm):
    template_name = "accounts/password_reset.html"
    form_class = EmailForm
    success_url = reverse_lazy("accounts:password_reset_done")

    def count(self, request: HttpRequest) -> None:
        limits.count_mail(request, request.POST.get("email", ""))

    def form_valid(self, form: EmailForm) -> HttpResponse:
        tasks.answer_password_reset.enqueue(form.cleaned_data["email"])
        return super().form_valid(form)


class PasswordResetDoneView(TemplateView):
    template_name = "accounts/password_reset_done.html"


class PasswordResetConfirmView(CountedForm, views.PasswordResetConfirmView):
    """Behind the mailed link: a new password ends all sessions, and signs in here."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = ResetPasswordForm  # type: ignore[assignment] # any form with save() will do
    success_url = reverse_lazy("accounts:profile")
    post_reset_login = True
    post_reset_login_backend = MODEL_BACKEND

    def count(self, request: HttpRequest) -> None:
        limits.count_new_password(request)

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if user is not None and user.is_active else None

    def render_to_response(self, context, **kwargs) -> HttpResponse:
        if not self.validlink:
            again = reverse("accounts:password_reset")
            return render(self.request, "accounts/link_ended.html", {"again": again})
        return super().render_to_response(context, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your new password is set."))
        return super().form_valid(form)
