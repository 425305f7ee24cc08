"""Everything that the sources say to people, and what a catalogue lacks of it."""

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
ROOMS = ("accounts", "config", "inventory", "orders", "payments", "returns", "shop", "templates")
# Nobody reads these in a language of their own: tests, tables, tools, made-up data, and Stripe's side of the street.
SILENT = {"tests", "migrations", "management", "bench", "demo", "simulator"}
# No dates and no names of tools: a catalogue changes when its words do.
HEADER = """\
msgid ""
msgstr ""
"Language: %s\\n"
"Plural-Forms: %s\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[a-z]|\{(\w*)\}|</?[a-z][^>]*>")


def gather(root: Path) -> Catalog:
    """Read all sources of the shop: a catalogue without translations, in the order of files."""
    catalogue = Catalog(domain="django", charset="utf-8")
    for path in sources(root):
        place = path.relative_to(root).as_posix()
        for line, messages, comments, context in read(path):
            catalogue.add(messages, None, [(place, line)], auto_comments=comments, context=context)
    return catalogue


def sources(root: Path) -> Iterator[Path]:
    """Python files and templates that speak to people."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            inside = path.relative_to(root).parts
            if path.suffix in {".py", ".html", ".txt"} and not SILENT.intersection(inside):
                yield path


def read(path: Path) -> Iterator[tuple[int, Any, list[str], str | None]]:
    """The messages of one file: line, text (or singular and plural), comments for translators, context."""
    text = path.read_text()
    if path.suffix != ".py":
        # Django turns what is marked into calls and all else into X, in its place. Inside brackets Python does not
        # mind how lines are indented.
        text = f"({templatize(text, origin=str(path))}\n)"
    yield from extract("python", io.BytesIO(text.encode()), KEYWORDS, ["Translators:"])


def begin(path: Path) -> None:
    """Begin the catalogue of another language, unless there is one; its folder is named as Babel names locales."""
    language = path.parent.parent.name
    plural_forms = Catalog(
        locale=language
    ).plural_forms  # raises UnknownLocaleError before anything is written
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(HEADER % (language, plural_forms))


def update(path: Path, found: Catalog) -> Catalog:
    """Write a catalogue anew: what was found, with the translations that it has; returns it."""
    with path.open("rb") as text:
        known = read_po(text, locale=path.parent.parent.name, domain="django")
    anew = Catalog(locale=known.locale, domain="django", charset="utf-8")
    for message in _messages(found):
        before = known.get(message.id, message.context)
        anew.add(
            message.id,
            before.string if before and _is_many(before) == _is_many(message) else None,
            message.locations,
            auto_comments=message.auto_comments,
            context=message.context,
        )
    body = io.BytesIO()
    write_po(
        body,
        anew,
        width=100,
        sort_by_file=True,
        include_lineno=False,
        ignore_obsolete=True,
        omit_header=True,
    )
    path.write_text(HEADER % (anew.locale_identifier, anew.plural_forms) + body.getvalue().decode())
    return anew


def _is_many(message: Message) -> bool:
    return isinstance(message.id, tuple)


def problems_of(path: Path, found: Catalog) -> list[str]:
    """Say what a catalogue lacks to be complete, one sentence each."""
    with path.open("rb") as text:
        known = read_po(text, locale=path.parent.parent.name, domain="django")
    missing = [each for each in _messages(found) if known.get(each.id, each.context) is None]
    needless = [each for each in _messages(known) if found.get(each.id, each.context) is None]
    return [
        *(f"missing, run `make messages`: {each.id!r}" for each in missing),
        *(f"no longer said, run `make messages`: {each.id!r}" for each in needless),
        *(f"{fault}: {each.id!r}" for each in _messages(known) for fault in _faults(each)),
    ]


def _faults(message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    texts, ids = _forms(message.string), _forms(message.id)
    if not all(texts):
        yield "not translated"
        return
    if message.fuzzy:
        yield "marked as doubtful (fuzzy)"
    # "1 piece" may go without its number; the last form of both may not.
    if placeholders([texts[-1]]) != placeholders([ids[-1]]) or not placeholders(texts) <= placeholders(ids):
        yield f"placeholders differ in {texts[-1]!r}"
    if texts[-1][:1].isspace() != ids[-1][:1].isspace() or texts[-1][-1:].isspace() != ids[-1][-1:].isspace():
        yield f"blanks around it differ in {texts[-1]!r}"


def _forms(text: Any) -> tuple[str, ...]:
    """Singular and plural, or the one form that there is."""
    return tuple(text) if isinstance(text, tuple | list) else (text or "",)


def placeholders(texts: Iterable[str]) -> set[str]:
    """What is filled in, and the tags around words: "%(count)s", "{name}", "<strong>"."""
    return {match[0] for text in texts for match in _PLACEHOLDER.finditer(text.replace("%%", ""))}


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]
