"""The profile and the address book."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, UpdateView, View

from accounts import address_book
from accounts.addresses import lines_of
from accounts.forms import AddressForm, ProfileForm
from accounts.models import Address, User
from accounts.views.base import Own


class ProfileView(Own, UpdateView):
    template_name = "accounts/profile.html"
    form_class = ProfileForm
    success_url = reverse_lazy("accounts:profile")
    section = "profile"

    def get_object(self, queryset=None) -> User:
        # Its own copy: a refused name must not show up in the page's header.
        return User.objects.get(pk=self.request.user.pk)

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        messages.success(self.request, _("Saved."))
        return super().form_valid(form)


class AddressesView(Own, TemplateView):
    """The address book."""

    template_name = "accounts/addresses.html"
    section = "addresses"

    def get_context_data(self, **kwargs) -> dict:
        known = address_book.addresses_of(self.user)
        rows = [(address, lines_of(address.as_dict())) for address in known]
        is_full = len(known) >= address_book.MOST
        return super().get_context_data(rows=rows, is_full=is_full, most=address_book.MOST, **kwargs)


class AddressFormView(Own, View):
    """One address, new or known. `update` asks only for the fields of another country; nothing is judged then."""

    section = "addresses"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any):
        self.address: Address | None = None
        if request.user.is_authenticated and "key" in kwargs:
            self.address = Address.objects.filter(customer=request.user, key=kwargs["key"]).first()
            if self.address is None:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, key: str = "") -> HttpResponse:
        known = self.address.as_dict() if self.address else {"name": self.user.full_name}
        return self._page(AddressForm(initial=known))

    def post(self, request: HttpRequest, key: str = "") -> HttpResponse:
        if "update" in request.POST:
            return self._page(AddressForm(initial=request.POST.dict()))
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            self._keep(form)
        except address_book.AddressGone as error:
            raise Http404 from error
        except address_book.AddressBookFull as error:
            return self._page(form, problem=str(error), status=409)
        messages.success(request, _("The address is saved."))
        return redirect("accounts:addresses")

    def _keep(self, form: AddressForm) -> None:
        if self.address:
            address_book.change_address(self.user, self.address.key, form.address(""))
        else:
            address_book.add_address(self.user, form.address(""))

    def _page(self, form: AddressForm, *, problem: str = "", status: int = 200) -> HttpResponse:
        context = {"form": form, "address": self.address, "problem": problem, "section": self.section}
        return render(self.request, "accounts/address.html", context, status=status)


class AddressDeleteView(Own, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        try:
            address_book.delete_address(self.user, key)
        except address_book.AddressGone as error:
            raise Http404 from error
        messages.success(request, _("The address is deleted. Your orders keep theirs."))
        return redirect("accounts:addresses")


class AddressDefaultView(Own, View):
    """Make an address the one that a checkout starts with, for delivery or for the bill."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        kind = request.POST.get("kind", "")
        if kind not in address_book.KINDS:
            raise Http404
        try:
            address_book.make_default(self.user, key, kind)
        except address_book.AddressGone as error:
            raise Http404 from error
        said = {"delivery": _("We deliver there by default."), "billing": _("We bill there by default.")}
        messages.success(request, said[kind])
        return redirect("accounts:addresses")
