"""What people type about products, made clean; nothing is decided here."""

import re
import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shop.models.reviews import BEST_RATING, LONGEST_TEXT, LONGEST_TITLE

SHORTEST_TEXT = 10
# Signs that do not print, or turn the direction of what follows them: they could make words look like other words.
_HIDDEN = {"Cc", "Cs", "Co"}
_TURNING = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLANK_LINES = re.compile(r"\n{3,}")


def one_line(text: str) -> str:
    return " ".join(_plain(text).split())


def paragraphs(text: str) -> str:
    """Text with its line breaks, at most one empty line in a row."""
    lines = [one_line(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _plain(text: str) -> str:
    return "".join(
        " " if unicodedata.category(sign) in _HIDDEN else sign for sign in text if sign not in _TURNING
    )


def rating_choices() -> list[tuple[int, str]]:
    return [
        (stars, ngettext("%(stars)d star", "%(stars)d stars", stars) % {"stars": stars})
        for stars in range(1, BEST_RATING + 1)
    ]


class ReviewForm(forms.Form):
    """A rating and words about it; `shows_name` puts the first name below."""

    rating = forms.TypedChoiceField(
        label=_("Your rating"),
        choices=rating_choices,
        coerce=int,
        error_messages={
            "required": _("Choose how many stars."),
            "invalid_choice": _("Choose how many stars."),
        },
    )
    title = forms.CharField(
        label=_("In one line (optional)"), max_length=LONGEST_TITLE, required=False, widget=forms.TextInput()
    )
    text = forms.CharField(
        label=_("Your review"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": _("Say a few words about it.")},
    )
    shows_name = forms.BooleanField(label=_("Show my first name below it"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("title", "text"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["shows_name"].widget.attrs["class"] = "form-check-input"
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                attrs["class"] = f"{attrs.get('class', '')} is-invalid".strip()

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"])

    def clean_text(self) -> str:
        text = paragraphs(self.cleaned_data["text"])
        if len(text) < SHORTEST_TEXT:
            raise forms.ValidationError(
                _("A few more words, please: at least %(least)d letters."), params={"least": SHORTEST_TEXT}
            )
        return text
