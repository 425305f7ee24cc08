"""What the doors of this room share."""

from typing import cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, View

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


class AnonymousOnly(View):
    """For pages that make no sense once signed in."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("accounts:profile")
        return super().dispatch(request, *args, **kwargs)


@method_decorator(never_cache, name="dispatch")
class Own(LoginRequiredMixin):
    """For pages about whoever is signed in; `section` is the part of the account area that they belong to."""

    request: HttpRequest
    section = ""

    @property
    def user(self) -> User:
        """Whoever is signed in; `LoginRequiredMixin` lets nobody else in."""
        return cast(User, self.request.user)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(section=self.section, **kwargs)
