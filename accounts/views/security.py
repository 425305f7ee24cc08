"""Password, e-mail address, and where somebody is signed in."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView, View

from accounts import limits, links, services, sign_ins, tasks
from accounts.forms import EmailChangeForm, PasswordChangeForm
from accounts.models import User
from accounts.views.base import CountedForm, Own


class SecurityView(Own, TemplateView):
    """How somebody signs in, and where they are signed in now."""

    template_name = "accounts/security.html"
    section = "security"

    def get_context_data(self, **kwargs) -> dict:
        found = sign_ins.sign_ins_of(self.user)
        here = self.request.session.session_key
        rows = [(each, each.session_id == here) for each in found]
        return super().get_context_data(
            rows=sorted(rows, key=lambda row: not row[1]),
            others=sum(not is_here for _, is_here in rows),
            **kwargs,
        )


class EndSignInView(Own, View):
    """Sign out another browser, or all of them but this one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        key = request.POST.get("key", "")
        if not key:
            count = sign_ins.end_other_sign_ins(self.user, besides=request.session.session_key)
            messages.success(request, _ended_words(count))
            return redirect("accounts:security")
        try:
            sign_ins.end_sign_in(self.user, key[:40])
        except sign_ins.SignInGone as error:
            raise Http404 from error
        messages.success(request, _ended_words(1))
        return redirect("accounts:security")


def _ended_words(count: int) -> str:
    if not count:
        return _("You are signed in nowhere else.")
    return ngettext("One browser was signed out.", "%(count)s browsers were signed out.", count) % {
        "count": count
    }


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PasswordChangeView(Own, CountedForm):
    """A new password ends the person's other sessions and keeps this one."""

    template_name = "accounts/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("accounts:security")
    section = "security"

    def count(self, request: HttpRequest) -> None:
        limits.count_password(request)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        update_session_auth_hash(self.request, form.save())
        sign_ins.note_sign_in(self.request, form.user)
        messages.success(self.request, _("Your new password is set. Other devices were signed out."))
        return super().form_valid(form)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class EmailChangeView(Own, CountedForm):
    """Takes a new address and writes to it; the account moves when the link in that mail is opened."""

    template_name = "accounts/email_change.html"
    form_class = EmailChangeForm
    success_url = reverse_lazy("accounts:email_change_sent")
    section = "security"

    def count(self, request: HttpRequest) -> None:
        limits.count_password(request)
        limits.count_mail(request, request.POST.get("email", ""))

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: EmailChangeForm) -> HttpResponse:
        tasks.answer_email_change.enqueue(form.user.pk, form.cleaned_data["email"])
        return super().form_valid(form)


class EmailChangeSentView(Own, TemplateView):
    template_name = "accounts/email_change_sent.html"
    section = "security"


class EmailConfirmView(Own, TemplateView):
    """Behind the link mailed to a new address; a button moves the account, as mail programs open links too."""

    template_name = "accounts/email_confirm.html"
    section = "security"

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        new_email = links.read_email(self._user(), kwargs["token"])
        if new_email is None:
            return self._ended(request)
        return self.render_to_response(self.get_context_data(new_email=new_email))

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        user = self._user()
        new_email = links.read_email(user, kwargs["token"])
        if new_email is None:
            return self._ended(request)
        try:
            services.change_email(user, new_email, session_key=request.session.session_key)
        except services.AddressTaken as error:
            messages.error(request, str(error))
            return redirect("accounts:email_change")
        except services.LinkEnded:
            return self._ended(request)
        messages.success(request, _("Your e-mail is now %(email)s.") % {"email": new_email})
        return redirect("accounts:security")

    def _ended(self, request: HttpRequest) -> HttpResponse:
        return render(request, "accounts/link_ended.html", {"again": reverse("accounts:email_change")})

    def _user(self) -> User:
        return User.objects.get(pk=self.request.user.pk)
