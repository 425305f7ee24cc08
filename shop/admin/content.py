"""The desks of what the shop says, and of what visitors write."""

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from config import console, languages
from shop import services as shop
from shop.content import inserts
from shop.content.views import part_of
from shop.models import ContactMessage, ContentPage
from shop.models.content import render_page


class PageForm(forms.ModelForm):
    class Meta:
        model = ContentPage
        fields = ("title", "slug", "language", "description", "body", "position", "is_published")
        widgets = {"body": forms.Textarea(attrs={"rows": 28, "cols": 100})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if body := self.fields.get("body"):
            tables = ", ".join(f"{{{name}}}" for name in inserts.names())
            body.help_text = _("Markdown. A line of its own becomes a table: %(tables)s.") % {
                "tables": tables
            }


@admin.register(ContentPage)
class ContentPageDesk(console.Desk):
    """Terms, privacy, delivery: written here, shown in the footer once published."""

    form = PageForm
    list_display = ("title", "slug", "language", "position", "is_published", "updated_at")
    list_filter = ("is_published", "language")
    search_fields = ("title", "slug", "body")
    ordering = ("position", "slug", "language")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, tuple[str, ...]]:
        return {} if obj or not self.has_add_permission(request) else {"slug": ("title",)}

    def view_on_site(self, page: ContentPage) -> str:
        with override(page.language):
            return page.get_absolute_url()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, or show what was typed as visitors would see it. If a service says no, nothing was saved."""
        if request.method == "POST" and "_preview" in request.POST and self.has_change_permission(request):
            return _preview(request)
        try:
            return super().changeform_view(request, *args, **kwargs)
        except shop.ShopError as error:
            messages.error(request, _("Nothing was saved: %(why)s") % {"why": error})
        return redirect(request.get_full_path())

    def store(self, request: HttpRequest, obj: ContentPage, form: forms.ModelForm, change: bool) -> None:
        shop.save_page(obj)

    def delete_model(self, request: HttpRequest, obj: ContentPage) -> None:
        self.note(request, "delete", obj, before={"name": str(obj)})
        shop.delete_page(obj)


def _preview(request: HttpRequest) -> HttpResponse:
    """What was typed, in the shop's look; nothing is saved."""
    given = request.POST
    page = ContentPage(
        title=given.get("title", "")[:120],
        slug="preview",
        language=given.get("language", "")[:12],
        description=given.get("description", "")[:200],
        body_html=render_page(given.get("body", "")[:60_000]),
    )
    with languages.spoken(page.language):
        return render(request, "shop/words.html", {"part": part_of(page)})


@admin.register(ContactMessage)
class ContactMessageDesk(console.ReadOnlyDesk):
    """Letters from visitors; answered by mail, noted here."""

    list_display = ("name", "email", "order_number", "beginning", "state_words", "created_at")
    list_filter = ("state", "is_suspect")
    search_fields = ("name", "email", "order_number", "text")
    fields = (
        ("name", "answer_to", "order"),
        "words",
        ("state_words", "language", "created_at"),
        ("answered_at", "answered_by"),
    )

    @admin.display(description=gettext_lazy("message"))
    def beginning(self, letter: ContactMessage) -> str:
        return letter.text[:80]

    @admin.display(description=gettext_lazy("message"))
    def words(self, letter: ContactMessage) -> SafeString:
        return mark_safe(linebreaks(letter.text, autoescape=True))  # noqa: S308 (escaped on the way)

    @admin.display(description=gettext_lazy("e-mail"))
    def answer_to(self, letter: ContactMessage) -> SafeString:
        # Quoted, as "?bcc=…" may stand in an address and would tell the mail program to do more than to write there.
        return format_html('<a href="mailto:{}">{}</a>', quote(letter.email), letter.email)

    @admin.display(description=gettext_lazy("order"))
    def order(self, letter: ContactMessage) -> SafeString | str:
        number = letter.order_number
        return console.reference_link(f"order {number}") if number and "/" not in number else number or "–"

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_words(self, letter: ContactMessage) -> SafeString:
        if letter.is_suspect:
            return console.badge(_("looks like spam"))
        return console.badge(letter.get_state_display(), "warn" if letter.state == "open" else "good")


class LetterAct(console.Act):
    """One step of a letter, with a trace of who took it."""

    permission = "shop.answer_contactmessage"

    def move(self, request: HttpRequest, letter: ContactMessage) -> bool:
        raise NotImplementedError

    def do(self, request: HttpRequest, row: ContactMessage, given: Any) -> str:
        with transaction.atomic():
            if self.move(request, row):
                console.audit(request.user, f"{self.name} message", f"message {row.pk}")
        row.refresh_from_db()
        return _("The message is noted as: %(state)s.") % {"state": row.get_state_display()}


@console.sign_up_act(ContactMessage)
class Answered(LetterAct):
    name = "answered"
    label = gettext_lazy("Mark as answered")  # type: ignore[assignment] # words, once they are shown
    is_next_step = True

    def why_not(self, row: ContactMessage) -> str:
        if row.state == ContactMessage.State.OPEN:
            return ""
        who = row.answered_by.get_full_name() if row.answered_by else "–"
        return _("It was marked as answered before, by %(who)s.") % {"who": who}

    def tell(self, row: ContactMessage) -> str:
        return _("Notes that %(name)s has been answered. It writes to nobody.") % {"name": row.name}

    def move(self, request: HttpRequest, letter: ContactMessage) -> bool:
        return shop.mark_answered(letter, by=console.actor(request))


@console.sign_up_act(ContactMessage)
class Reopen(LetterAct):
    name = "reopen"
    label = gettext_lazy("Put back to the open ones")  # type: ignore[assignment] # likewise

    def is_shown(self, row: ContactMessage) -> bool:
        return not self.why_not(row)

    def why_not(self, row: ContactMessage) -> str:
        waits = row.state == ContactMessage.State.OPEN and not row.is_suspect
        return _("It is among the open ones already.") if waits else ""

    def tell(self, row: ContactMessage) -> str:
        return _("Lets the message wait for an answer again; it is no spam then.")

    def move(self, request: HttpRequest, letter: ContactMessage) -> bool:
        return shop.reopen_letter(letter)


def to_answer() -> QuerySet[ContactMessage]:
    return ContactMessage.objects.filter(state=ContactMessage.State.OPEN, is_suspect=False)


console.todo(
    gettext_lazy("messages to answer"),  # type: ignore[arg-type]
    to_answer,
    one=gettext_lazy("message to answer"),  # type: ignore[arg-type]
    at="admin:shop_contactmessage_changelist",
    query="state__exact=open&is_suspect__exact=0",
    permission="shop.answer_contactmessage",
)
