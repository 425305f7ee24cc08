"""The PDF: what it says, on how many pages, always in the same bytes, whatever people are called."""

import io
import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from django.urls import reverse
from pypdf import PdfReader

from orders import services as orders
from orders.invoices import fonts, pdf
from orders.invoices.document import read
from orders.services import invoicing
from orders.tests.factories import ADDRESS, OrderFactory

pytestmark = pytest.mark.django_db


def written(*documents, title=""):
    file = io.BytesIO()
    pdf.write(documents, file, title=title)
    return file.getvalue()


def pages_of(data):
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def document_of(**fields):
    return read(orders.issue_invoice(OrderFactory(**fields)))


def test_it_says_number_seller_buyer_lines_and_total(client, settings):
    settings.SHOP_LEGAL_NAME, settings.SHOP_ADDRESS = "Tally Goods Ltd", ["1 Quay", "Dublin"]
    settings.SHOP_VAT_ID = "IE1234567A"
    order = OrderFactory(lines=[{"quantity": 2}])
    card = {"brand": "visa", "last4": "4242"}
    with patch.object(invoicing, "_payment_facts", [lambda order: card]):
        invoice = orders.issue_invoice(order)

    answer = client.get(reverse("orders:guest_invoice_pdf", args=[order.token]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="{invoice.number}.pdf"'
    [text] = pages_of(answer.content)
    for words in (
        invoice.number,
        order.number,
        "Tally Goods Ltd",
        "1 Quay",
        "VAT ID IE1234567A",
        "Ada Example",
        "Stoneware mug",
        "€19.99",
        "€39.98",
        "€44.88",
        "19%",
        "4242",
        "Page 1 of 1",
    ):
        assert words in text, words


def test_its_file_names_title_author_and_language():
    document = document_of()

    reader = PdfReader(io.BytesIO(written(document)))

    assert reader.metadata.title == f"Invoice {document.number}"
    assert reader.metadata.author == document.seller_name
    assert reader.trailer["/Root"]["/Lang"] == "en"


def test_it_is_written_in_the_language_of_the_order():
    document = document_of(language="de")

    data = written(document)

    [text] = pages_of(data)
    assert "24,89 €" in text
    assert "19 %" in text
    for words in ("Rechnung an", "Steuersatz", "Seite 1 von 1", "Deutschland"):
        assert words in text
    assert PdfReader(io.BytesIO(data)).trailer["/Root"]["/Lang"] == "de"


def test_the_same_content_always_makes_the_same_bytes():
    document = document_of(lines=[{}, {}])

    assert written(document) == written(document)


def test_many_lines_go_over_several_pages_each_with_head_and_number(settings):
    settings.CART_MAX_LINES = 200
    document = document_of(lines=[{"variant__product__name": f"Thing {n}"} for n in range(60)])

    pages = pages_of(written(document))

    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Item" in page
        assert document.number in page
    together = "\n".join(pages)
    assert [n for n in range(60) if f"Thing {n}\n" not in together] == []


@pytest.mark.parametrize("lines", range(14, 24))
def test_the_sums_stay_together_wherever_the_page_ends(lines):
    document = document_of()
    longer = replace(document, rows=document.rows * lines)

    pages = pages_of(written(longer))

    [last] = [page for page in pages if "Goods" in page]
    assert "Total" in last
    assert "Tax rate" in last


def test_several_documents_in_one_file_count_their_own_pages(settings):
    settings.CART_MAX_LINES = 200
    short, long = document_of(), document_of(lines=[{} for _ in range(40)])

    pages = pages_of(written(short, long, title="Two"))

    assert "Page 1 of 1" in pages[0]
    assert "Page 1 of " in pages[1]
    assert f"Page {len(pages) - 1} of {len(pages) - 1}" in pages[-1]


def test_a_credit_note_names_its_invoice_and_its_reason():
    order = OrderFactory()
    note = orders.issue_credit_note(order, lines={1: 1}, reason="Broken on the way", key="a")

    [text] = pages_of(written(read(note)))

    for words in ("Credit note", note.number, note.invoice.number, "Broken on the way", "€19.99"):
        assert words in text


HOSTILE = {
    "markup": "<b>Ada</b> & <script>alert(1)</script> %(page)s {0} \\n (unbalanced",
    "right to left": "\u202eעדה \u2066عادة\u2069 Ada",
    "emoji": "🦊👩‍👩‍👧 Ada 🇪🇺",
    "marks": "A" + "\u0301" * 200 + "da",
    "long word": "A" * 3000,
    "long text": "Ada " * 3000,
    "controls": "Ada\x01\x1f\u200b\ufeff\u2028da",
    "CJK": "阿达 Ада Άντα",
    "nothing": "",
    "spaces": "\u00a0 \u3000 ",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_no_name_breaks_it(name):
    order = OrderFactory()
    content = json.loads(orders.issue_invoice(order).content)
    content["lines"][0] |= {"name": name, "label": name, "sku": name}
    content["buyer"]["lines"] = content["delivery"]["lines"] = [name] * 9
    content["seller"] |= {"name": name, "lines": [name] * 9, "register": name, "vat_id": name}
    content["shipping"]["name"] = content["order"]["number"] = name
    invoice = orders.invoice_of(order)
    invoice.content = invoicing.content.canonical(content)
    invoice.sha256 = invoicing.content.fingerprint(invoice.content)

    pages = pages_of(written(read(invoice)))

    assert 1 <= len(pages) <= 3
    assert "€24.89" in "".join(pages)


def test_letters_with_accents_are_in_the_built_in_font():
    names = "Zoë é à ñ € Ł ł č š ž ş ğ Å ø ß œ – “ ”"

    assert fonts.regular().plain(names) == names


def test_a_letter_that_the_font_lacks_loses_its_accent_or_becomes_a_question_mark():
    assert fonts.regular().plain("Wałęsa, Kőrösi, Ада, 🦊\u202e") == "Wałesa, Korösi, ???, ?"


DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.mark.skipif(not DEJAVU.is_file(), reason="This machine has no font with more letters than ours.")
def test_another_font_may_have_more_letters(settings):
    settings.INVOICE_FONT = str(DEJAVU)
    face = fonts.regular()

    assert face.plain("Wałęsa Ада") == "Wałęsa Ада"
    document = document_of(billing_address=ADDRESS | {"name": "Ада Wałęsa"})
    assert "Ада Wałęsa" in pages_of(written(document))[0]
