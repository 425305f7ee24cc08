"""Sign-in, registration, passwords and the profile: no answer tells whether an address has an account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash, views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView, UpdateView, View

from accounts import limits, links, services, tasks
from accounts.forms import (
    EmailChangeForm,
    EmailForm,
    LoginForm,
    NewPasswordForm,
    PasswordChangeForm,
    ProfileForm,
    RegistrationForm,
    ResetPasswordForm,
)
from accounts.models import User
from config import throttle

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def safe_next(request: HttpRequest, wanted: str) -> str:
    """The page to go on to if it is one of ours, else ""."""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


class CountedForm(FormView):
    """A form whose sending is counted first; beyond the limit it comes back as it was typed, with a 429."""

    def count(self, request: HttpRequest) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            self.count(request)
        except throttle.Throttled as error:
            return throttle.mark(self.as_typed(str(error)), error)
        return super().post(request, *args, **kwargs)

    def as_typed(self, words: str) -> HttpResponse:
        """The page with what was typed, passwords left out, and nothing checked."""
        form_class = self.get_form_class()
        keywords = {**self.get_form_kwargs(), "data": None, "files": None}
        keywords["initial"] = self.request.POST.dict()
        context = self.get_context_data(form=form_class(**keywords), throttled=words)
        return self.render_to_response(context)


class LoginView(CountedForm, views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def count(self, request: HttpRequest) -> None:
        limits.count_login(request, request.POST.get("username", ""))


class AnonymousOnly(View):
    """For pages that make no sense once signed in."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("accounts:profile")
        return super().dispatch(request, *args, **kwargs)


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
        tasks.answer_registration.enqueue(form.cleaned_data["email"], form.cleaned_data["name"], next_page)
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
        messages.success(self.request, f"Welcome to {settings.SHOP_NAME}. Your account is ready.")
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
        messages.success(self.request, "Your new password is set.")
        return super().form_valid(form)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PasswordChangeView(LoginRequiredMixin, CountedForm):
    """A new password ends the person's other sessions and keeps this one."""

    template_name = "accounts/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("accounts:profile")

    def count(self, request: HttpRequest) -> None:
        limits.count_password(request)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        update_session_auth_hash(self.request, form.save())
        messages.success(self.request, "Your new password is set. Other devices were signed out.")
        return super().form_valid(form)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class EmailChangeView(LoginRequiredMixin, CountedForm):
    """Takes a new address and writes to it; the account moves when the link in that mail is opened."""

    template_name = "accounts/email_change.html"
    form_class = EmailChangeForm
    success_url = reverse_lazy("accounts:email_change_sent")

    def count(self, request: HttpRequest) -> None:
        limits.count_password(request)
        limits.count_mail(request, request.POST.get("email", ""))

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: EmailChangeForm) -> HttpResponse:
        tasks.answer_email_change.enqueue(form.user.pk, form.cleaned_data["email"])
        return super().form_valid(form)


class EmailChangeSentView(LoginRequiredMixin, TemplateView):
    template_name = "accounts/email_change_sent.html"


class EmailConfirmView(LoginRequiredMixin, TemplateView):
    """Behind the link mailed to a new address; a button moves the account, as mail programs open links too."""

    template_name = "accounts/email_confirm.html"

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        new_email = links.read_email(self._user(), kwargs["token"])
        if new_email is None:
            return render(request, "accounts/link_ended.html", {"again": reverse("accounts:email_change")})
        return self.render_to_response(self.get_context_data(new_email=new_email))

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        user = self._user()
        new_email = links.read_email(user, kwargs["token"])
        if new_email is None:
            return self.get(request, *args, **kwargs)
        try:
            services.change_email(user, new_email)
        except services.AddressTaken as error:
            messages.error(request, str(error))
            return redirect("accounts:email_change")
        messages.success(request, f"Your e-mail is now {new_email}.")
        return redirect("accounts:profile")

    def _user(self) -> User:
        return User.objects.get(pk=self.request.user.pk)


class ProfileView(LoginRequiredMixin, UpdateView):
    template_name = "accounts/profile.html"
    form_class = ProfileForm
    success_url = reverse_lazy("accounts:profile")

    def get_object(self, queryset=None) -> User:
        # Its own copy: a refused name must not show up in the page's header.
        return User.objects.get(pk=self.request.user.pk)

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        messages.success(self.request, "Saved.")
        return super().form_valid(form)
