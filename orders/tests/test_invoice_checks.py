"""What is missing for invoices is said before the first one is issued."""

from orders.invoices import checks, fonts


def test_a_shop_without_an_address_is_warned(settings):
    settings.SHOP_ADDRESS = []
    assert [found.id for found in checks.seller_is_named()] == ["orders.W001"]

    settings.SHOP_ADDRESS = ["1 Quay", "Dublin"]
    assert checks.seller_is_named() == []


def test_a_font_that_is_none_stops_the_start(settings, tmp_path):
    assert checks.font_can_be_read() == []

    for path in (tmp_path / "none.ttf", tmp_path):
        settings.INVOICE_FONT = str(path)
        assert [found.id for found in checks.font_can_be_read()] == ["orders.E001"]
    (tmp_path / "text.ttf").write_text("not a font")
    settings.INVOICE_FONT = str(tmp_path / "text.ttf")
    assert [found.id for found in checks.font_can_be_read()] == ["orders.E001"]
    fonts._faces.cache_clear()
