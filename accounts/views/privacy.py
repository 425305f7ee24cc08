"""What the shop keeps about somebody: to take along, and to erase."""

import json

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView, View

from accounts import leaving, limits, personal
from accounts.forms import EraseForm
from accounts.models import User
from accounts.views.base import CountedForm, Own


class PrivacyView(Own, TemplateView):
    template_name = "accounts/privacy.html"
    section = "privacy"


class ExportView(Own, View):
    """All that the rooms keep about the customer, as one JSON file."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        limits.count_export(request)
        now = timezone.now()
        content = {
            "shop": settings.SHOP_NAME,
            "exported_at": now.isoformat(timespec="seconds"),
            "amounts": "minor units of the currency that stands beside them",
            **personal.export(User.objects.get(pk=request.user.pk)),
        }
        body = json.dumps(content, ensure_ascii=False, indent=2)
        response = HttpResponse(body.encode(errors="replace"), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="my-data-{now:%Y-%m-%d}.json"'
        return response


@method_decorator(sensitive_post_parameters(), name="dispatch")
class EraseView(Own, CountedForm):
    """Erase the account: with the password, and with its e-mail address typed once more."""

    template_name = "accounts/erase.html"
    form_class = EraseForm
    success_url = reverse_lazy("shop:home")
    section = "privacy"

    def count(self, request: HttpRequest) -> None:
        limits.count_password(request)

    def get_form_kwargs(self):
        # Its own copy: the one of the request belongs to the session, which ends.
        return {**super().get_form_kwargs(), "user": User.objects.get(pk=self.request.user.pk)}

    def get_context_data(self, **kwargs) -> dict:
        reasons, losses = leaving.reasons_to_stay(self.user), personal.losses(self.user)
        return super().get_context_data(reasons=reasons, losses=losses, **kwargs)

    def form_valid(self, form: EraseForm) -> HttpResponse:
        try:
            leaving.erase_account(form.user)
        except leaving.CannotLeaveYet as error:
            form.add_error(None, str(error))
            response = self.form_invalid(form)
            response.status_code = 409
            return response
        logout(self.request)
        messages.success(
            self.request, _("Your account is erased. We wrote to you once more, to say that it is done.")
        )
        return redirect(self.get_success_url())
