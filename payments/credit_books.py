"""What must hold of store credit (`manage.py verify_books`)."""

from config import books
from payments.invoice_books import OWED

books.ledger("payments.credit_append_only", "payments_storecreditentry")

books.rule(
    "payments.credit_balance",
    says="A customer's store credit is the sum of its entries.",
    finds="Customer {customer} has store credit of {balance:money}, the entries add up to {booked:money}.",
    sql="""
        SELECT customer_id AS customer, SUM(balance) AS balance, SUM(amount) AS booked
        FROM (
            SELECT customer_id, balance, 0 AS amount FROM payments_storecredit
            UNION ALL
            SELECT customer_id, 0, amount FROM payments_storecreditentry
        ) AS credit
        GROUP BY customer_id
        HAVING SUM(balance) <> SUM(amount)
        ORDER BY customer_id
    """,
)

books.rule(
    "payments.credit_not_negative",
    says="Nobody's store credit is, or ever was, below nothing.",
    finds="Customer {customer} has, or after entry {entry} had, store credit of {balance:money}.",
    sql="""
        SELECT customer_id AS customer, NULL AS entry, balance FROM payments_storecredit WHERE balance < 0
        UNION ALL
        SELECT customer_id, id, balance_after FROM payments_storecreditentry WHERE balance_after < 0
        ORDER BY 1, 2
    """,
)

books.rule(
    "payments.credit_chain",
    says="Each entry of store credit leaves the balance that all entries up to it add up to.",
    finds="Entry {entry} of customer {customer} left {after:money}, the entries up to it add up to {booked:money}.",
    sql="""
        SELECT entry, customer, after, booked
        FROM (
            SELECT id AS entry, customer_id AS customer, balance_after AS after,
                   SUM(amount) OVER (PARTITION BY customer_id ORDER BY id) AS booked
            FROM payments_storecreditentry
        ) AS chain
        WHERE after <> booked
        ORDER BY entry
    """,
)

books.rule(
    "payments.credit_refunds",
    says="Each refund as store credit is an entry of the customer whose order it is, and each such entry a refund.",
    finds="{act} of customer {customer}: {refunded:money} went back as store credit, {booked:money} is booked there.",
    sql="""
        SELECT act, customer, SUM(refunded) AS refunded, SUM(booked) AS booked
        FROM (
            SELECT 'refund ' || refund.operation AS act, placed.customer_id AS customer, refund.amount AS refunded,
                   0 AS booked
            FROM payments_refund AS refund
            JOIN payments_payment AS payment ON payment.id = refund.payment_id
            LEFT JOIN orders_order AS placed ON placed.id = payment.order_id
            WHERE refund.method = 'credit' AND refund.state = 'succeeded'
            UNION ALL
            SELECT key, customer_id, 0, amount FROM payments_storecreditentry WHERE kind = 'refunded'
        ) AS sides
        GROUP BY act, customer
        HAVING SUM(refunded) <> SUM(booked)
        ORDER BY act
    """,
)

books.rule(
    "payments.credit",
    says="The store credit in a payment is what its checkout's entries took less what they gave back.",
    finds="{number}: the payment says it has store credit of {credit:money}, the entries took {taken:money}.",
    sql="""
        SELECT checkout.number, payment.credit, COALESCE(entries.taken, 0) AS taken
        FROM payments_payment AS payment
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        LEFT JOIN (
            SELECT reference, -SUM(amount) AS taken FROM payments_storecreditentry
            WHERE kind IN ('spent', 'returned') GROUP BY reference
        ) AS entries ON entries.reference = 'checkout ' || checkout.number
        WHERE payment.credit <> COALESCE(entries.taken, 0)
        ORDER BY payment.id
    """,
)

books.rule(
    "payments.credit_spender",
    says="Store credit is spent on, and given back by, checkouts of its own customer.",
    finds="Entry {entry} of customer {customer} is about {reference}, which is not theirs.",
    sql="""
        SELECT entry.id AS entry, entry.customer_id AS customer, entry.reference
        FROM payments_storecreditentry AS entry
        LEFT JOIN orders_checkout AS checkout ON entry.reference = 'checkout ' || checkout.number
        WHERE entry.kind IN ('spent', 'returned')
          AND (checkout.customer_id IS NULL OR checkout.customer_id <> entry.customer_id)
        ORDER BY entry.id
    """,
)

books.rule(
    "payments.credit_held",
    says=(
        "A checkout that can be paid holds the store credit that was agreed on; one that came to nothing holds none, "
        "and neither does an order whose payment was given up. What stays of an order is covered by card and credit, "
        "or by what is to be paid at the counter."
    ),
    finds=(
        "{number} ({state}, payment {payment_state}) holds store credit of {credit:money}, agreed were {agreed:money}."
    ),
    sql="""
        SELECT checkout.number, checkout.state, payment.state AS payment_state, payment.credit,
               checkout.credit AS agreed
        FROM payments_payment AS payment
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        LEFT JOIN orders_order AS placed ON placed.id = payment.order_id
        WHERE (checkout.credit > 0 OR payment.credit > 0) AND NOT CASE
            WHEN checkout.state IN ('open', 'awaiting_link', 'awaiting_payment') THEN payment.credit = checkout.credit
            WHEN placed.id IS NULL THEN payment.credit = 0
            WHEN payment.state IN ('voided', 'expired', 'failed') THEN payment.credit = 0
            WHEN payment.state = 'authorised' AND placed.state = 'cancelled' THEN payment.credit = 0
            ELSE payment.credit <= checkout.credit
                 AND CASE payment.state WHEN 'pending' THEN payment.amount ELSE payment.authorised END
                     + payment.credit >= OWED
        END
        ORDER BY payment.id
    """.replace("OWED", OWED).replace(" % ", " %% "),
)

books.rule(
    "payments.credit_used",
    says="An order was paid with as much store credit as its checkout agreed on.",
    finds="Order {number} says that {used:money} was paid with store credit, its checkout agreed on {agreed:money}.",
    sql="""
        SELECT placed.number, placed.credit_used AS used, checkout.credit AS agreed
        FROM orders_order AS placed JOIN orders_checkout AS checkout ON checkout.id = placed.checkout_id
        WHERE placed.credit_used <> checkout.credit
        ORDER BY placed.id
    """,
)
