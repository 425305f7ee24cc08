"""What must hold of invoices and credit notes (`manage.py verify_books`); signed up together with `orders.books`."""

from config import books

books.ledger("orders.invoices_append_only", "orders_invoice")


def on_both(sql: str, **words: tuple[str, str]) -> dict[str, str]:
    """The same query for both databases, with what only one of them understands put in: (SQLite, PostgreSQL)."""
    texts = {"sqlite": sql, "postgresql": sql}
    for word, (ours, theirs) in words.items():
        texts["sqlite"] = texts["sqlite"].replace(word, ours)
        texts["postgresql"] = texts["postgresql"].replace(word, theirs)
    return texts


# Django teaches SQLite the function SHA256. What is not the text that was issued is not read any further.
SHA256_OF = ("SHA256(document.content)", "ENCODE(SHA256(CONVERT_TO(document.content, 'UTF8')), 'hex')")
CONTENT = ("json(document.content)", "CAST(document.content AS jsonb)")
# Without a fence PostgreSQL reads the text anew for each word of it that is asked for.
FENCE = ("", "OFFSET 0")

books.rule(
    "orders.invoice_numbers",
    says="The numbers of a series of invoices or credit notes are 1, 2, 3 … without a gap, as far as its counter.",
    finds="Series {series} has {documents} documents, numbered {first} to {last}; its counter stands at {counter}.",
    sql="""
        SELECT all_series.series, COALESCE(written.documents, 0) AS documents, COALESCE(written.first, 0) AS first,
               COALESCE(written.last, 0) AS last, COALESCE(counter.last, 0) AS counter
        FROM (SELECT series FROM orders_invoice UNION SELECT series FROM orders_invoicecounter) AS all_series
        LEFT JOIN (
            SELECT series, COUNT(*) AS documents, MIN(serial) AS first, MAX(serial) AS last
            FROM orders_invoice GROUP BY series
        ) AS written ON written.series = all_series.series
        LEFT JOIN orders_invoicecounter AS counter ON counter.series = all_series.series
        WHERE COALESCE(written.documents, 0) <> COALESCE(counter.last, 0)
           OR COALESCE(written.documents, 0) <> COALESCE(written.last, 0)
           OR COALESCE(written.first, 1) <> 1
        ORDER BY all_series.series
    """,
)

books.rule(
    "orders.invoice_hash",
    says="An invoice or credit note says what it said when it was issued: its text has the hash that was kept.",
    finds="{number} was changed after it was issued: the hash of its text is {now}, not {at_issue}.",
    sql=on_both(
        """
        SELECT document.number, SHA256_OF AS now, document.sha256 AS at_issue
        FROM orders_invoice AS document WHERE SHA256_OF <> document.sha256
        ORDER BY document.id
        """,
        SHA256_OF=SHA256_OF,
    ),
)

books.rule(
    "orders.invoice_columns",
    says="Number, kind and amounts of an invoice or credit note are those of its text.",
    finds=(
        "{number} ({kind}) is of {total:money} with {tax:money} tax, but its text says {said_number} ({said_kind}), "
        "{said_total:money} with {said_tax:money}."
    ),
    sql=on_both(
        """
        SELECT * FROM (
            SELECT id, number, kind, total, tax, said ->> 'number' AS said_number, said ->> 'kind' AS said_kind,
                   CAST(said -> 'totals' ->> 'total' AS bigint) AS said_total,
                   CAST(said -> 'totals' ->> 'tax' AS bigint) AS said_tax
            FROM (
                SELECT document.id, document.number, document.kind, document.total, document.tax, CONTENT AS said
                FROM orders_invoice AS document WHERE SHA256_OF = document.sha256 FENCE
            ) AS issued
        ) AS told
        WHERE number <> said_number OR kind <> said_kind OR total <> said_total OR tax <> said_tax
        ORDER BY id
        """,
        SHA256_OF=SHA256_OF,
        CONTENT=CONTENT,
        FENCE=FENCE,
    ),
)

books.rule(
    "orders.invoice_parts",
    says="Lines and delivery make the total of an invoice or credit note, their tax its tax, their discounts its own.",
    finds=(
        "{number} says {total:money} with {tax:money} tax; its parts make {parts:money}, their tax {parts_tax:money}, "
        "and what it says by rate {by_rate:money} with {by_rate_tax:money}. Discount {discount:money} and duty "
        "{duty:money} are {line_discount:money} and {line_duty:money} by line, {named:money} by name."
    ),
    sql=on_both(
        """
        SELECT * FROM (
            SELECT id, number, total, tax,
                (SELECT COALESCE(SUM(CAST(line.value ->> 'gross' AS bigint)), 0)
                 FROM JSON_ROWS(said -> 'lines') AS line)
                + COALESCE(CAST(said -> 'shipping' ->> 'gross' AS bigint), 0) AS parts,
                (SELECT COALESCE(SUM(CAST(line.value ->> 'tax' AS bigint)), 0)
                 FROM JSON_ROWS(said -> 'lines') AS line)
                + COALESCE(CAST(said -> 'shipping' ->> 'tax' AS bigint), 0) AS parts_tax,
                (SELECT COALESCE(SUM(CAST(part.value ->> 'gross' AS bigint)), 0)
                 FROM JSON_ROWS(said -> 'tax_parts') AS part) AS by_rate,
                (SELECT COALESCE(SUM(CAST(part.value ->> 'tax' AS bigint)), 0)
                 FROM JSON_ROWS(said -> 'tax_parts') AS part) AS by_rate_tax,
                CAST(said -> 'totals' ->> 'discount' AS bigint) AS discount,
                CAST(said -> 'totals' ->> 'duty' AS bigint) AS duty,
                (SELECT COALESCE(SUM(CAST(line.value ->> 'discount' AS bigint)), 0)
                 FROM JSON_ROWS(said -> 'lines') AS line) AS line_discount,
                (SELECT COALESCE(SUM(CAST(line.value ->> 'duty' AS bigint)), 0)
                 FROM JSON_ROWS(said -> 'lines') AS line) AS line_duty,
                (SELECT COALESCE(SUM(CAST(taken.value ->> 'amount' AS bigint)), 0)
                 FROM JSON_ROWS(said -> 'discounts') AS taken) AS named
            FROM (
                SELECT document.id, document.number, document.total, document.tax, CONTENT AS said
                FROM orders_invoice AS document WHERE SHA256_OF = document.sha256 FENCE
            ) AS issued
            FENCE
        ) AS sums
        WHERE total <> parts OR total <> by_rate OR tax <> parts_tax OR tax <> by_rate_tax
           OR discount <> line_discount OR discount <> named OR duty <> line_duty
        ORDER BY id
        """,
        SHA256_OF=SHA256_OF,
        CONTENT=CONTENT,
        FENCE=FENCE,
    ),
)

books.rule(
    "orders.invoice_total",
    says="An invoice is of what its order costs: total, tax and currency.",
    finds=(
        "{number} is of {total:money} with {tax:money} tax, but order {order_number} costs {owed:money} with "
        "{owed_tax:money}."
    ),
    sql="""
        SELECT document.number, document.total, document.tax, document.currency, placed.number AS order_number,
               placed.total AS owed, placed.tax AS owed_tax, placed.currency AS owed_currency
        FROM orders_invoice AS document JOIN orders_order AS placed ON placed.id = document.order_id
        WHERE document.kind = 'invoice'
          AND (document.total <> placed.total OR document.tax <> placed.tax OR document.currency <> placed.currency)
        ORDER BY document.id
    """,
)

books.rule(
    "orders.credit_notes",
    says="The credit notes on an invoice are of its order, do not exceed it, and are what its balance says.",
    finds=(
        "Invoice {number} of {total:money} has {notes} credit notes of {credited:money} together, {strange} of another "
        "order; its balance says {balance:money} of {balance_total:money}."
    ),
    sql="""
        SELECT invoice.number, invoice.total, COALESCE(given.notes, 0) AS notes, COALESCE(given.total, 0) AS credited,
               COALESCE(given.strange, 0) AS strange, COALESCE(balance.credited, 0) AS balance,
               COALESCE(balance.total, 0) AS balance_total
        FROM orders_invoice AS invoice
        LEFT JOIN orders_invoicebalance AS balance ON balance.invoice_id = invoice.id
        LEFT JOIN (
            SELECT note.invoice_id, COUNT(*) AS notes, SUM(note.total) AS total,
                   SUM(CASE WHEN note.order_id = theirs.order_id THEN 0 ELSE 1 END) AS strange
            FROM orders_invoice AS note JOIN orders_invoice AS theirs ON theirs.id = note.invoice_id
            GROUP BY note.invoice_id
        ) AS given ON given.invoice_id = invoice.id
        WHERE invoice.kind = 'invoice'
          AND (COALESCE(given.total, 0) > invoice.total OR COALESCE(given.strange, 0) > 0
               OR balance.invoice_id IS NULL OR balance.total <> invoice.total
               OR balance.credited <> COALESCE(given.total, 0) OR balance.notes <> COALESCE(given.notes, 0))
        ORDER BY invoice.id
    """,
)

books.rule(
    "orders.invoiced",
    says="Five minutes after it was placed, every order has its invoice.",
    finds="Order {number}, placed at {placed_at}, has no invoice.",
    sql="""
        SELECT placed.number, placed.placed_at
        FROM orders_order AS placed
        LEFT JOIN orders_invoice AS invoice ON invoice.order_id = placed.id AND invoice.kind = 'invoice'
        WHERE invoice.id IS NULL AND placed.placed_at < %(five_minutes_ago)s
        ORDER BY placed.id
    """,
)

books.rule(
    "orders.released_credited",
    says="Five minutes after its payment was released or lapsed, the whole invoice of an order is credited.",
    finds="Order {number} was not paid in the end ({payment_state}), but of {invoice} {credited:money} is credited.",
    sql="""
        SELECT placed.number, placed.payment_state, invoice.number AS invoice, balance.credited, balance.total
        FROM orders_order AS placed
        JOIN orders_invoice AS invoice ON invoice.order_id = placed.id AND invoice.kind = 'invoice'
        JOIN orders_invoicebalance AS balance ON balance.invoice_id = invoice.id
        WHERE placed.payment_state IN ('voided', 'expired') AND balance.credited < balance.total
          AND NOT EXISTS (
              SELECT 1 FROM orders_orderevent AS event
              WHERE event.order_id = placed.id AND event.at >= %(five_minutes_ago)s
          )
        ORDER BY placed.id
    """,
)
