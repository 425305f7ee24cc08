"""What must hold of duty and of delivery's tax (`manage.py verify_books`); signed up together with `orders.books`."""

from config import books

books.rule(
    "orders.shipping_tax",
    says="The tax of an order's delivery is its rate's share, to the nearest minor unit.",
    finds=(
        "Order {number}: the tax of {shipping_tax:money} on a delivery of {shipping:money} is not that of the rate "
        "{shipping_tax_rate} (hundredths of a percent)."
    ),
    # Half a unit either way, so that it does not matter how a tie is rounded. What is older noted no rate.
    sql="""
        SELECT number, shipping, shipping_tax, shipping_tax_rate
        FROM orders_order
        WHERE shipping_tax_rate IS NOT NULL AND CASE
            WHEN prices_include_tax
                THEN ABS(shipping_tax * (10000 + shipping_tax_rate) - shipping * shipping_tax_rate) * 2
                   > 10000 + shipping_tax_rate
            ELSE ABS(shipping_tax * 10000 - shipping * shipping_tax_rate) * 2 > 10000
        END
        ORDER BY id
    """,
)

books.rule(
    "orders.line_duty",
    says="The duty of an order line is the agreed rate's share of its goods; none on what comes from where it goes.",
    finds=(
        "Order {number}, line {position} ({sku}), from {origin} to {destination}: {duty:money} of duty on goods for "
        "{goods:money} is not that of the rate {duty_rate} (hundredths of a percent)."
    ),
    # With tax in it, duty is rounded three times: worth without tax, duty on it, tax on the duty. Two units, and one
    # more for each 100 % of duty, are what that can come to.
    sql="""
        SELECT * FROM (
            SELECT line.id, placed.number, line.position, line.sku, line.duty, line.country_of_origin AS origin,
                   placed.shipping_address ->> 'country' AS destination,
                   line.unit_price * line.quantity - line.discount AS goods,
                   (SELECT COALESCE(MAX(CAST(part.value ->> 'duty_rate' AS bigint)), 0)
                    FROM JSON_ROWS(checkout.lines) AS part WHERE part.value ->> 'sku' = line.sku) AS duty_rate
            FROM orders_orderline AS line
            JOIN orders_order AS placed ON placed.id = line.order_id
            JOIN orders_checkout AS checkout ON checkout.id = placed.checkout_id
            WHERE line.replaces_id IS NULL
        ) AS charged
        WHERE (duty <> 0 AND origin = destination)
           OR ABS(duty * 10000 - goods * duty_rate) > CASE WHEN duty_rate = 0 THEN 0 ELSE 20000 + duty_rate END
        ORDER BY id
    """,
)
