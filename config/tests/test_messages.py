"""The catalogues hold every word that the sources say, translated, and are compiled without any tool of the system."""

import ast
import gettext
import os
from pathlib import Path

import pytest
from django.conf import settings

from config.messages.compiling import compile_all
from config.messages.gathering import KEYWORDS, begin, gather, problems_of, sources, update

CATALOGUES = sorted(Path(settings.BASE_DIR, "config", "locale").glob("*/LC_MESSAGES/django.po"))
TEMPLATE = """{% extends "base.html" %}
{% load i18n %}
      {% block title %}{% translate "Cart" %}{% endblock %}
  <p>isn't {{ count }} "said"</p>
{% translate "Order" context "a verb" %}
    {% blocktranslate trimmed count number=total %}
      {{ number }} piece of
      %s
    {% plural %}
      {{ number }} pieces
    {% endblocktranslate %}
\t{{ label|default:_("Standard") }} {% include "x.html" with label=_("Open") %}
{# Translators: on a button #}
{% translate 'Go "on"' %}
{% translate unknown %}
"""
PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext_lazy

TITLE = gettext_lazy("Late")
VERB = pgettext_lazy("a verb", "Ship")
def words(count, made_up):
    return _("Now, %(name)s") % {"name": 1} + ngettext("%d hour", "%d hours", count) + _(made_up) + _(
        "two "
        "lines"
    )
"""


@pytest.fixture
def house(tmp_path):
    """A small house with a template, a module, and a test that says something, too."""
    for name, text in {
        "templates/page.html": TEMPLATE,
        "shop/words.py": PYTHON,
        "shop/tests/test_words.py": '_("never gathered")',
        "shop/migrations/0001.py": '_("never gathered")',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    po = tmp_path / "locale" / "de" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(
        'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Cart"\nmsgstr "Warenkorb"\n\nmsgid "Gone"\nmsgstr "Weg"\n'
    )
    return tmp_path, po


def test_everything_that_is_marked_is_gathered(house):
    root, _po = house

    found = {(each.id, each.context) for each in gather(root) if each.id}

    assert found == {
        ("Cart", None),
        ("Order", "a verb"),
        (("%(number)s piece of %%s", "%(number)s pieces"), None),
        ("Standard", None),
        ("Open", None),
        ('Go "on"', None),
        ("Late", None),
        ("Ship", "a verb"),
        ("Now, %(name)s", None),
        (("%d hour", "%d hours"), None),
        ("two lines", None),
    }


def test_writing_anew_keeps_translations_and_drops_what_nobody_says(house):
    root, po = house

    known = update(po, gather(root))
    once = po.read_text()
    update(po, gather(root))

    assert po.read_text() == once
    assert known.get("Cart").string == "Warenkorb"
    assert 'msgid "Late"' in once
    assert "Gone" not in once
    assert "#: templates/page.html" in once


def test_another_language_begins_with_its_own_plurals(tmp_path):
    po = tmp_path / "pl" / "LC_MESSAGES" / "django.po"

    begin(po)
    begin(po)

    assert '"Language: pl\\n"' in po.read_text()
    assert "nplurals=4" in po.read_text() or "nplurals=3" in po.read_text()


def test_what_a_catalogue_lacks_is_said(house):
    root, po = house
    found = gather(root)

    before = problems_of(po, found)
    update(po, found)
    text = po.read_text()
    text = text.replace('msgid "Now, %(name)s"\nmsgstr ""', 'msgid "Now, %(name)s"\nmsgstr "Jetzt, %(nmae)s"')
    text = text.replace('msgid "Open"\nmsgstr ""', '#, fuzzy\nmsgid "Open"\nmsgstr "Auf "')
    po.write_text(text)
    after = problems_of(po, found)

    assert "missing, run `make messages`: 'Late'" in before
    assert "no longer said, run `make messages`: 'Gone'" in before
    assert "not translated: 'Late'" in after
    assert "placeholders differ in 'Jetzt, %(nmae)s': 'Now, %(name)s'" in after
    assert "marked as doubtful (fuzzy): 'Open'" in after
    assert "blanks around it differ in 'Auf ': 'Open'" in after
    assert not [each for each in after if "Cart" in each]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_word_of_the_shop_is_translated(path):
    assert problems_of(path, gather(Path(settings.BASE_DIR))) == []


def test_every_language_of_the_shop_but_its_own_has_a_catalogue():
    assert {"en", *(path.parts[-3] for path in CATALOGUES)} >= {code for code, _ in settings.LANGUAGES}


def test_no_words_are_marked_inside_an_f_string_where_python_3_11_hides_them():
    hidden = [
        f"{path}:{call.lineno}"
        for path in sources(Path(settings.BASE_DIR))
        if path.suffix == ".py"
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in KEYWORDS
    ]

    assert hidden == []


# --- compiling --------------------------------------------------------------------------------------
def test_a_catalogue_is_compiled_where_it_is_missing_or_old(house):
    root, po = house
    mo = po.with_suffix(".mo")

    compile_all(root / "locale")
    first = said(mo, "Cart")
    compiled_at = mo.stat().st_mtime_ns
    compile_all(root / "locale")
    untouched = mo.stat().st_mtime_ns == compiled_at
    po.write_text(po.read_text().replace("Warenkorb", "Korb"))
    os.utime(po, ns=(compiled_at + 1, compiled_at + 1))
    compile_all(root / "locale")

    assert (first, untouched, said(mo, "Cart")) == ("Warenkorb", True, "Korb")
    assert [each.name for each in sorted(po.parent.iterdir())] == ["django.mo", "django.po"]


def test_a_folder_that_cannot_be_written_does_not_stop_the_shop(house, monkeypatch, caplog):
    root, _po = house
    monkeypatch.setattr("config.messages.compiling.compile_one", refuse)

    with caplog.at_level("WARNING"):
        compile_all(root / "locale")

    assert "could not be compiled" in caplog.text


def refuse(source, target):
    raise PermissionError("read-only")


def said(mo: Path, text: str) -> str:
    with mo.open("rb") as compiled:
        return gettext.GNUTranslations(compiled).gettext(text)
