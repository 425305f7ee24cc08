"""Pages that staff write, and letters that visitors write."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.text import render_markdown

LONGEST_LETTER = 5000


def render_page(text: str) -> str:
    """Markdown as safe HTML whose headings stand right below the page's own."""
    html = render_markdown(text)
    for old, new in (("h3", "h2"), ("h4", "h3")):
        html = html.replace(f"<{old}>", f"<{new}>").replace(f"</{old}>", f"</{new}>")
    return html


class ContentPage(models.Model):
    """A page of words in one language: terms, privacy, delivery. The same slug in another language is its translation.

    A page that is not published is not found, and the footer does not name it.
    """

    slug = models.SlugField(
        _("address"), max_length=80, help_text=_("The same for all languages, such as “terms”.")
    )
    language = models.CharField(_("language"), max_length=12, default="en")
    title = models.CharField(_("title"), max_length=120)
    description = models.CharField(
        _("description"),
        max_length=200,
        blank=True,
        help_text=_("One sentence for search engines and shared links."),
    )
    body = models.TextField(_("text"), max_length=60_000, blank=True, help_text=_("Markdown."))
    body_html = models.TextField(blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("place in the footer"), default=0)
    is_published = models.BooleanField(_("published"), default=False)
    updated_at = models.DateTimeField(_("last changed"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["position", "slug", "language"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"],
                name="one_page_per_language",
                violation_error_message=_("There is a page with this address in this language already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"

    def save(self, **kwargs) -> None:
        """Save, with the text made into safe HTML."""
        self.body_html = render_page(self.body)
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return reverse("shop:page", args=[self.slug])


class ContactMessage(models.Model):
    """A letter from a visitor, kept whatever becomes of the mail about it.

    `is_suspect` marks what a machine seems to have sent: it is kept, but nobody is written to.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), max_length=254)
    order_number = models.CharField(_("order number"), max_length=30, blank=True)
    text = models.TextField(_("message"), max_length=LONGEST_LETTER)
    language = models.CharField(_("language"), max_length=12, default="en")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("customer")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    is_suspect = models.BooleanField(_("looks like spam"), default=False)
    created_at = models.DateTimeField(_("received"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | Q(state="answered", answered_at__isnull=False),
                name="answered_messages_say_when",
            )
        ]
        indexes = [
            models.Index(
                fields=["-id"], condition=Q(state="open", is_suspect=False), name="messages_to_answer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.created_at:%Y-%m-%d}"
