"""What must hold of checkouts and orders, and of the stock that they promise (`manage.py verify_books`)."""

from config import books

books.ledger("orders.events_append_only", "orders_orderevent")

books.rule(
    "orders.holds",
    says="Stock is held only for a checkout that is still being paid; two minutes after its end nothing is.",
    finds="{pieces} of {sku} at {location} are still held for {reference}, which is {state}.",
    sql="""
        SELECT item.sku, location.name AS location, hold.quantity AS pieces, hold.reference,
               COALESCE(checkout.state, 'unknown') AS state, hold.expires_at
        FROM inventory_reservation AS hold
        JOIN inventory_stockitem AS item ON item.id = hold.item_id
        JOIN inventory_location AS location ON location.id = hold.location_id
        LEFT JOIN orders_checkout AS checkout
          ON checkout.number = SUBSTR(hold.reference, 10) AND hold.reference = 'checkout ' || checkout.number
        WHERE hold.quantity > 0 AND hold.reference NOT LIKE 'return RMA-%%'
          AND (checkout.state IS NULL OR checkout.state NOT IN ('open', 'awaiting_link', 'awaiting_payment'))
          AND COALESCE(checkout.closed_at, hold.created_at) < %(two_minutes_ago)s
        ORDER BY hold.id
    """,
)

books.rule(
    "orders.held_lines",
    says="A checkout whose payment is awaited, or the page for it, holds every piece that it offers.",
    finds="Checkout {number} awaits payment for {offered} of {sku}, but {held} are held for it.",
    sql="""
        SELECT number, sku, SUM(offered) AS offered, SUM(held) AS held
        FROM (
            SELECT checkout.number, part.value ->> 'sku' AS sku,
                   CAST(part.value ->> 'quantity' AS bigint) AS offered, 0 AS held
            FROM orders_checkout AS checkout CROSS JOIN JSON_ROWS(checkout.lines) AS part
            WHERE checkout.state IN ('awaiting_link', 'awaiting_payment')
            UNION ALL
            SELECT checkout.number, item.sku, 0, hold.quantity
            FROM orders_checkout AS checkout
            JOIN inventory_reservation AS hold ON hold.reference = 'checkout ' || checkout.number
            JOIN inventory_stockitem AS item ON item.id = hold.item_id
            WHERE checkout.state IN ('awaiting_link', 'awaiting_payment') AND hold.quantity > 0
        ) AS pieces
        GROUP BY number, sku
        HAVING SUM(offered) <> SUM(held)
        ORDER BY number, sku
    """,
)

books.rule(
    "orders.pieces",
    says="Each piece of an order line is cancelled, shipped, short, or allocated on a shelf.",
    finds=(
        "Order {number}, line {position} ({sku}): {quantity} were ordered, but {cancelled} cancelled, {shipped} "
        "shipped, {short} short and {allocated} allocated make {accounted}."
    ),
    sql="""
        SELECT placed.number, line.position, line.sku, line.quantity, line.cancelled, line.shipped,
               line.short, COALESCE(open.pieces, 0) AS allocated,
               line.cancelled + line.shipped + line.short + COALESCE(open.pieces, 0) AS accounted
        FROM orders_orderline AS line
        JOIN orders_order AS placed ON placed.id = line.order_id
        LEFT JOIN (
            SELECT reference, SUM(quantity) AS pieces FROM inventory_allocation
            WHERE quantity > 0 GROUP BY reference
        ) AS open ON open.reference = 'order ' || placed.number || ' line ' || line.position
        WHERE line.quantity <> line.cancelled + line.shipped + line.short + COALESCE(open.pieces, 0)
        ORDER BY line.id
    """,
)

books.rule(
    "orders.shipped",
    says="What an order line says was shipped is what its movements took off the shelves.",
    finds="Order {number}, line {position} ({sku}): {shipped} were shipped, says the line; its movements say {moved}.",
    sql="""
        SELECT placed.number, line.position, line.sku, line.shipped, COALESCE(gone.pieces, 0) AS moved
        FROM orders_orderline AS line
        JOIN orders_order AS placed ON placed.id = line.order_id
        LEFT JOIN (
            SELECT reference, -SUM(on_hand_delta) AS pieces FROM inventory_stockmovement
            WHERE kind = 'ship' GROUP BY reference
        ) AS gone ON gone.reference = 'order ' || placed.number || ' line ' || line.position
        WHERE line.shipped <> COALESCE(gone.pieces, 0)
        ORDER BY line.id
    """,
)

books.rule(
    "orders.parcels",
    says="What an order line says was shipped is what its parcels held.",
    finds="Order {number}, line {position} ({sku}): {shipped} were shipped, says the line; its parcels held {sent}.",
    sql="""
        SELECT placed.number, line.position, line.sku, line.shipped, COALESCE(parcels.pieces, 0) AS sent
        FROM orders_orderline AS line
        JOIN orders_order AS placed ON placed.id = line.order_id
        LEFT JOIN (
            SELECT line_id, SUM(quantity) AS pieces FROM orders_fulfilmentline GROUP BY line_id
        ) AS parcels ON parcels.line_id = line.id
        WHERE line.shipped <> COALESCE(parcels.pieces, 0)
        ORDER BY line.id
    """,
)

books.rule(
    "orders.allocations",
    says="Stock is allocated only to an order line that exists and is of the same SKU.",
    finds="{pieces} of {sku} at {location} are allocated to {reference}, which {line_sku}.",
    # Materialized, and cast: else SQLite does not look references up but compares each with each.
    sql="""
        WITH line AS MATERIALIZED (
            SELECT CAST('order ' || placed.number || ' line ' || line.position AS text) AS reference, line.sku
            FROM orders_orderline AS line JOIN orders_order AS placed ON placed.id = line.order_id
        )
        SELECT item.sku, location.name AS location, promise.quantity AS pieces, promise.reference,
               CASE WHEN line.sku IS NULL THEN 'does not exist' ELSE 'is of ' || line.sku END AS line_sku
        FROM inventory_allocation AS promise
        JOIN inventory_stockitem AS item ON item.id = promise.item_id
        JOIN inventory_location AS location ON location.id = promise.location_id
        LEFT JOIN line ON line.reference = promise.reference
        WHERE promise.quantity > 0 AND (line.sku IS NULL OR line.sku <> item.sku)
        ORDER BY promise.id
    """,
)

books.rule(
    "orders.line_total",
    says="Net and tax of an order line make its gross; its price times its quantity, less discount, plus duty, is it.",
    finds=(
        "Order {number}, line {position} ({sku}): {quantity} at {unit_price:money}, less {discount:money}, plus "
        "{duty:money} duty are {shown:money}, but the line says {net:money} net, {tax:money} tax, {gross:money} gross."
    ),
    sql="""
        SELECT placed.number, line.position, line.sku, line.quantity, line.unit_price, line.discount, line.duty,
               line.unit_price * line.quantity - line.discount + line.duty AS shown, line.net, line.tax, line.gross
        FROM orders_orderline AS line JOIN orders_order AS placed ON placed.id = line.order_id
        WHERE line.net + line.tax <> line.gross
           OR line.unit_price * line.quantity - line.discount + line.duty
              <> CASE WHEN placed.prices_include_tax THEN line.gross ELSE line.net END
        ORDER BY line.id
    """,
)

books.rule(
    "orders.line_tax",
    says="The tax of an order line is its rate's share, to the nearest minor unit.",
    finds=(
        "Order {number}, line {position} ({sku}): the tax of {tax:money} on {net:money} net, {gross:money} gross is "
        "not that of the rate {tax_rate} (hundredths of a percent)."
    ),
    # Half a unit either way, so that it does not matter how a tie is rounded.
    sql="""
        SELECT placed.number, line.position, line.sku, line.net, line.tax, line.gross, line.tax_rate
        FROM orders_orderline AS line JOIN orders_order AS placed ON placed.id = line.order_id
        WHERE CASE
            WHEN placed.prices_include_tax
                THEN ABS(line.tax * (10000 + line.tax_rate) - line.gross * line.tax_rate) * 2
                   > 10000 + line.tax_rate
            ELSE ABS(line.tax * 10000 - line.net * line.tax_rate) * 2 > 10000
        END
        ORDER BY line.id
    """,
)

books.rule(
    "orders.subtotal",
    says="The subtotal of an order is the sum of its lines as they were shown.",
    finds="Order {number} says that its goods cost {subtotal:money}, its lines add up to {lines:money}.",
    sql="""
        SELECT placed.number, placed.subtotal, COALESCE(SUM(line.unit_price * line.quantity), 0) AS lines
        FROM orders_order AS placed LEFT JOIN orders_orderline AS line ON line.order_id = placed.id
        GROUP BY placed.id, placed.number, placed.subtotal
        HAVING placed.subtotal <> COALESCE(SUM(line.unit_price * line.quantity), 0)
        ORDER BY placed.id
    """,
)

books.rule(
    "orders.total",
    says="Goods less discount, duty, delivery and, where prices are without it, tax make the total of an order.",
    finds=(
        "Order {number}: {subtotal:money} of goods less {discount:money}, {duty:money} of duty, {shipping:money} of "
        "delivery and {added_tax:money} of tax on top do not make {total:money}."
    ),
    sql="""
        SELECT number, subtotal, discount, duty, shipping,
               CASE WHEN prices_include_tax THEN 0 ELSE tax END AS added_tax, total
        FROM orders_order
        WHERE total <> subtotal - discount + duty + shipping + CASE WHEN prices_include_tax THEN 0 ELSE tax END
        ORDER BY id
    """,
)

books.rule(
    "orders.tax",
    says="The tax of an order is the sum of the tax of its lines and of its delivery.",
    finds=(
        "Order {number} says {tax:money} of tax, but its lines have {lines:money}, its delivery {shipping_tax:money}."
    ),
    sql="""
        SELECT placed.number, placed.tax, placed.shipping_tax, COALESCE(SUM(line.tax), 0) AS lines
        FROM orders_order AS placed LEFT JOIN orders_orderline AS line ON line.order_id = placed.id
        GROUP BY placed.id, placed.number, placed.tax, placed.shipping_tax
        HAVING placed.tax <> placed.shipping_tax + COALESCE(SUM(line.tax), 0)
        ORDER BY placed.id
    """,
)

books.rule(
    "orders.discount",
    says="Discount and duty of an order are the sums of its lines, and each line's discount is what was taken off it.",
    finds=(
        "Order {number} says {discount:money} discount and {duty:money} duty, its lines {lines:money} and "
        "{lines_duty:money}, and those that took it off {named:money}, by line {shares:money}; {odd} lines differ."
    ),
    sql="""
        SELECT * FROM (
            SELECT placed.id, placed.number, placed.discount, placed.duty,
                   COALESCE(goods.discount, 0) AS lines, COALESCE(goods.duty, 0) AS lines_duty,
                   (SELECT COALESCE(SUM(CAST(taken.value ->> 'amount' AS bigint)), 0)
                    FROM JSON_ROWS(placed.discounts) AS taken) AS named,
                   COALESCE(goods.shares, 0) AS shares, COALESCE(goods.odd, 0) AS odd
            FROM orders_order AS placed
            LEFT JOIN (
                SELECT order_id, SUM(discount) AS discount, SUM(duty) AS duty, SUM(share) AS shares,
                       SUM(CASE WHEN share = discount THEN 0 ELSE 1 END) AS odd
                FROM (
                    SELECT line.order_id, line.discount, line.duty,
                           (SELECT COALESCE(SUM(CAST((taken.value -> 'lines') ->> line.sku AS bigint)), 0)
                            FROM JSON_ROWS(theirs.discounts) AS taken) AS share
                    FROM orders_orderline AS line JOIN orders_order AS theirs ON theirs.id = line.order_id
                    WHERE line.replaces_id IS NULL AND (line.discount <> 0 OR line.duty <> 0)
                ) AS shared
                GROUP BY order_id
            ) AS goods ON goods.order_id = placed.id
        ) AS sums
        WHERE discount <> lines OR duty <> lines_duty OR discount <> named OR discount <> shares OR odd > 0
        ORDER BY id
    """,
)

books.rule(
    "orders.quotas",
    says="What is taken of an allowance is what open and completed checkouts took of it and did not give back.",
    finds="{quota}: {taken} are counted as taken, but its uses make {uses}.",
    sql="""
        SELECT named.quota, COALESCE(quota.taken, 0) AS taken, COALESCE(used.amount, 0) AS uses
        FROM (SELECT name AS quota FROM orders_quota UNION SELECT quota_id FROM orders_quotause) AS named
        LEFT JOIN orders_quota AS quota ON quota.name = named.quota
        LEFT JOIN (
            SELECT quota_id, SUM(amount) AS amount FROM orders_quotause
            WHERE given_back_at IS NULL GROUP BY quota_id
        ) AS used ON used.quota_id = named.quota
        WHERE COALESCE(quota.taken, 0) <> COALESCE(used.amount, 0)
        ORDER BY named.quota
    """,
)

books.rule(
    "orders.quotas_held",
    says="Only a checkout that is being paid or is completed has a share of an allowance.",
    finds="{reference}, which is {state}, still has {amount} of {quota}.",
    sql="""
        SELECT used.quota_id AS quota, used.reference, used.amount, COALESCE(checkout.state, 'unknown') AS state
        FROM orders_quotause AS used
        LEFT JOIN orders_checkout AS checkout
          ON checkout.number = SUBSTR(used.reference, 10) AND used.reference = 'checkout ' || checkout.number
        WHERE used.given_back_at IS NULL
          AND (checkout.state IS NULL OR checkout.state IN ('expired', 'cancelled', 'failed'))
        ORDER BY used.id
    """,
)

books.rule(
    "orders.as_agreed",
    says="An order has the number and the amounts of the checkout that the customer agreed to.",
    finds=(
        "Order {number} costs {total:money} (goods {subtotal:money}, delivery {shipping:money}, tax {tax:money}), but "
        "checkout {checkout} offered {agreed_total:money} ({agreed_subtotal:money}, {agreed_shipping:money}, "
        "{agreed_tax:money})."
    ),
    sql="""
        SELECT placed.number, placed.total, placed.subtotal, placed.shipping,
               placed.shipping_tax, placed.tax, placed.currency, placed.discount, placed.duty,
               checkout.number AS checkout, checkout.total AS agreed_total, checkout.subtotal AS agreed_subtotal,
               checkout.shipping AS agreed_shipping, checkout.shipping_tax AS agreed_shipping_tax,
               checkout.tax AS agreed_tax, checkout.currency AS agreed_currency
        FROM orders_order AS placed JOIN orders_checkout AS checkout ON checkout.id = placed.checkout_id
        WHERE placed.number <> checkout.number OR placed.total <> checkout.total
           OR placed.subtotal <> checkout.subtotal OR placed.discount <> checkout.discount
           OR placed.duty <> checkout.duty OR placed.shipping <> checkout.shipping
           OR placed.shipping_tax <> checkout.shipping_tax OR placed.tax <> checkout.tax
           OR placed.currency <> checkout.currency
           OR placed.prices_include_tax <> checkout.prices_include_tax
        ORDER BY placed.id
    """,
)

books.rule(
    "orders.lines_as_agreed",
    says="An order has the lines of the checkout that the customer agreed to: SKUs, quantities, prices, taxes.",
    finds=(
        "Order {number} has {quantity} of {sku} for {gross:money}, its checkout offered {agreed_quantity} for "
        "{agreed_gross:money}."
    ),
    sql="""
        SELECT number, sku, SUM(quantity) AS quantity, SUM(agreed_quantity) AS agreed_quantity,
               SUM(unit_price) AS unit_price, SUM(agreed_unit_price) AS agreed_unit_price,
               SUM(discount) AS discount, SUM(agreed_discount) AS agreed_discount,
               SUM(duty) AS duty, SUM(agreed_duty) AS agreed_duty,
               SUM(tax) AS tax, SUM(agreed_tax) AS agreed_tax, SUM(gross) AS gross, SUM(agreed_gross) AS agreed_gross
        FROM (
            SELECT placed.id, placed.number, line.sku,
                   line.quantity, 0 AS agreed_quantity, line.unit_price, 0 AS agreed_unit_price,
                   line.discount, 0 AS agreed_discount, line.duty, 0 AS agreed_duty,
                   line.tax, 0 AS agreed_tax, line.gross, 0 AS agreed_gross
            FROM orders_orderline AS line JOIN orders_order AS placed ON placed.id = line.order_id
            WHERE line.replaces_id IS NULL
            UNION ALL
            SELECT placed.id, placed.number, part.value ->> 'sku',
                   0, CAST(part.value ->> 'quantity' AS bigint), 0, CAST(part.value ->> 'unit_price' AS bigint),
                   0, COALESCE(CAST(part.value ->> 'discount' AS bigint), 0),
                   0, COALESCE(CAST(part.value ->> 'duty' AS bigint), 0),
                   0, CAST(part.value ->> 'tax' AS bigint), 0, CAST(part.value ->> 'gross' AS bigint)
            FROM orders_order AS placed
            JOIN orders_checkout AS checkout ON checkout.id = placed.checkout_id
            CROSS JOIN JSON_ROWS(checkout.lines) AS part
        ) AS lines
        GROUP BY id, number, sku
        HAVING SUM(quantity) <> SUM(agreed_quantity) OR SUM(unit_price) <> SUM(agreed_unit_price)
            OR SUM(discount) <> SUM(agreed_discount) OR SUM(duty) <> SUM(agreed_duty)
            OR SUM(tax) <> SUM(agreed_tax) OR SUM(gross) <> SUM(agreed_gross)
        ORDER BY id, sku
    """,
)

books.rule(
    "orders.completed",
    says="A completed checkout has its order, and only a completed checkout has one.",
    finds="Checkout {number} is {state}, but {problem}.",
    sql="""
        SELECT checkout.number, checkout.state,
               CASE WHEN placed.id IS NULL THEN 'there is no order of it' ELSE 'there is an order of it' END
               AS problem
        FROM orders_checkout AS checkout
        LEFT JOIN orders_order AS placed ON placed.checkout_id = checkout.id
        WHERE (checkout.state = 'completed') <> (placed.id IS NOT NULL)
        ORDER BY checkout.id
    """,
)

books.rule(
    "orders.one_per_checkout",
    says="A checkout becomes one order, never two.",
    finds="Checkout {number} became {orders} orders.",
    sql="""
        SELECT checkout.number, COUNT(*) AS orders
        FROM orders_order AS placed JOIN orders_checkout AS checkout ON checkout.id = placed.checkout_id
        GROUP BY checkout.id, checkout.number HAVING COUNT(*) > 1
        ORDER BY checkout.id
    """,
)

books.rule(
    "orders.flash_sale_cap",
    says="Of a flash sale no more pieces are sold and held than it has.",
    finds="Flash sale {sale} has {cap} pieces, but {taken} are sold or held.",
    sql="""
        SELECT sale.id AS sale, sale.cap, quota.taken
        FROM shop_flashsale AS sale JOIN orders_quota AS quota ON quota.name = 'sale ' || sale.id
        WHERE quota.taken > sale.cap
        ORDER BY sale.id
    """,
)

books.rule(
    "orders.flash_sale_limit",
    says="Nobody has more pieces of a flash sale than one customer may have.",
    finds="{quota}: {taken} pieces are sold or held, but one customer may have {most}.",
    sql="""
        SELECT quota.name AS quota, quota.taken, sale."limit" AS most
        FROM shop_flashsale AS sale JOIN orders_quota AS quota ON quota.name LIKE 'sale ' || sale.id || ' by %%'
        WHERE quota.taken > sale."limit"
        ORDER BY quota.name
    """,
)

books.rule(
    "orders.flash_sale_pieces",
    says="What checkouts sell and hold at flash prices is what is counted of the sales.",
    finds="Checkout {number} has {pieces} pieces of {quota}, but {amount} are counted.",
    sql="""
        SELECT number, quota, SUM(pieces) AS pieces, SUM(amount) AS amount
        FROM (
            SELECT checkout.number, 'sale ' || (part.value ->> 'sale') AS quota,
                   CAST(part.value ->> 'quantity' AS bigint) AS pieces, 0 AS amount
            FROM orders_checkout AS checkout CROSS JOIN JSON_ROWS(checkout.lines) AS part
            WHERE checkout.state NOT IN ('expired', 'cancelled', 'failed') AND (part.value ->> 'sale') IS NOT NULL
            UNION ALL
            SELECT SUBSTR(used.reference, 10), used.quota_id, 0, used.amount
            FROM orders_quotause AS used
            WHERE used.given_back_at IS NULL AND used.quota_id LIKE 'sale %%' AND used.quota_id NOT LIKE 'sale %% by %%'
        ) AS sides
        GROUP BY number, quota
        HAVING SUM(pieces) <> SUM(amount)
        ORDER BY number, quota
    """,
)
