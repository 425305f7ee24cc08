"""Markdown that is safe, words that can be compared."""

import pytest

from shop.text import country_name, normalise, render_markdown


def test_markdown_becomes_html_with_headings_below_the_pages_own():
    assert (
        render_markdown("# Care\n\nWash it *cold*.\n\n- no heat\n- no bleach")
        == "<h3>Care</h3>\n<p>Wash it <em>cold</em>.</p>\n<ul>\n<li>no heat</li>\n<li>no bleach</li>\n</ul>\n"
    )


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](http://elsewhere.example/track.gif)",
        "<a href='x' onclick='alert(1)'>a</a>",
        "<h1>never closed",
        "`<script>`",
        '[a](https://shop.example "\\" onmouseover=\\"alert(1)")',
    ],
)
def test_markdown_lets_no_markup_through(attack):
    html = render_markdown(attack)

    for danger in (
        "<script",
        "<img",
        " onerror=alert(1)>",
        'href="javascript:',
        'href="data:',
        "<a href='x'",
    ):
        assert danger not in html
    assert ' onmouseover="' not in html


def test_links_in_markdown_send_no_referrer():
    assert render_markdown("[a](https://shop.example)") == (
        '<p><a href="https://shop.example" rel="noopener noreferrer">a</a></p>\n'
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Café Tasse", "cafe tasse"),
        ("GROß", "gross"),
        ("  two \t words\n", "two words"),
        ("a\x00b", "a b"),
        ("ﬁne", "fine"),
        ("İstanbul", "istanbul"),
        ("", ""),
    ],
)
def test_normalise_makes_text_comparable(text, plain):
    assert normalise(text) == plain


def test_normalise_is_stable():
    once = normalise("Ünïcode Ǆ ﬀ №")

    assert normalise(once) == once


def test_country_name_says_a_code_in_words():
    assert country_name("PT") == "Portugal"
    assert country_name("pt") == "Portugal"
    assert country_name("") == ""
    assert country_name("QQ") == "QQ"
