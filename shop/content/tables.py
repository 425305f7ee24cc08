"""What this room puts into pages of words."""

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from config import kept
from shop.content import inserts


def theme() -> kept.Kept:
    return kept.Kept(
        "theme",
        kept.STORAGE,
        _("Remembers light or dark, if you chose one in the footer. It never leaves your browser."),
        _("until you choose “System” or clear it"),
    )


def seen() -> kept.Kept:
    return kept.Kept(
        "seen",
        kept.STORAGE,
        _("Remembers the last few products that you looked at, to show them again below a product."),
        _("until you clear it"),
    )


def browser_table() -> str:
    """What lies in a visitor's browser."""
    return render_to_string("shop/_kept.html", {"kept": kept.table()})


def sign_up() -> None:
    inserts.register("cookies", browser_table)
