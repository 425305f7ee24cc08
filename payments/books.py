"""What must hold of money (`manage.py verify_books`)."""

from config import books

books.ledger("payments.events_append_only", "payments_paymentevent")

_BOOKED = {"authorised": "authorise", "captured": "capture", "voided": "void", "refunded": "refund"}

for _figure, _kind in _BOOKED.items():
    books.rule(
        f"payments.{_figure}",
        says=f"What a payment says was {_figure} is the sum of its {_kind} events that succeeded and stayed so.",
        finds=f"{{number}}: the payment says {{cached:money}} was {_figure}, its events add up to {{booked:money}}.",
        sql="""
            SELECT checkout.number, payment.id AS payment, payment.FIGURE AS cached,
                   COALESCE(events.booked, 0) AS booked
            FROM payments_payment AS payment
            JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
            LEFT JOIN (
                SELECT done.payment_id, SUM(done.amount) AS booked
                FROM payments_paymentevent AS done
                WHERE done.kind = 'KIND' AND done.result = 'succeeded' AND NOT EXISTS (
                    SELECT 1 FROM payments_paymentevent AS undone
                    WHERE undone.operation = done.operation AND undone.payment_id = done.payment_id
                      AND undone.kind = done.kind AND undone.result = 'failed' AND undone.id > done.id
                )
                GROUP BY done.payment_id
            ) AS events ON events.payment_id = payment.id
            WHERE payment.FIGURE <> COALESCE(events.booked, 0)
            ORDER BY payment.id
        """.replace("FIGURE", _figure).replace("KIND", _kind),
    )

books.rule(
    "payments.amount",
    says="A payment asks for the total of its checkout less the store credit that pays for it, in its currency.",
    finds="{number}: the payment asks for {amount:money} ({currency}), the checkout for {total:money} ({agreed}).",
    sql="""
        SELECT checkout.number, payment.amount, payment.currency, checkout.total - checkout.credit AS total,
               checkout.currency AS agreed
        FROM payments_payment AS payment JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        WHERE payment.amount <> checkout.total - checkout.credit OR payment.currency <> checkout.currency
        ORDER BY payment.id
    """,
)

books.rule(
    "payments.authorised_within_amount",
    says="No more is authorised than the payment asks for.",
    finds="{number}: {authorised:money} is authorised, though the payment asks for {amount:money}.",
    sql="""
        SELECT checkout.number, payment.amount, payment.authorised
        FROM payments_payment AS payment JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        WHERE payment.authorised > payment.amount
        ORDER BY payment.id
    """,
)

books.rule(
    "payments.within_authorised",
    says="What was captured and what was released stay within what was authorised.",
    finds=(
        "{number}: {captured:money} captured and {voided:money} released exceed the {authorised:money} authorised."
    ),
    sql="""
        SELECT checkout.number, payment.authorised, payment.captured, payment.voided
        FROM payments_payment AS payment JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        WHERE payment.captured + payment.voided > payment.authorised
        ORDER BY payment.id
    """,
)

books.rule(
    "payments.links_awaited",
    says="A checkout that waits for its payment page has a pending payment without a page, and nothing is paid.",
    finds="{number} waits for its payment page, but {what}.",
    sql="""
        SELECT checkout.number,
               CASE WHEN payment.id IS NULL THEN 'no payment was started for it'
                    WHEN payment.session_id IS NOT NULL THEN 'it has one: ' || payment.session_id
                    ELSE 'its payment is ' || payment.state END AS what
        FROM orders_checkout AS checkout
        LEFT JOIN payments_payment AS payment ON payment.checkout_id = checkout.id
        WHERE checkout.state = 'awaiting_link'
          AND (payment.id IS NULL OR payment.session_id IS NOT NULL OR payment.state <> 'pending')
        ORDER BY checkout.id
    """,
)

books.rule(
    "payments.links_in_time",
    says="Whose payment page Stripe was never asked for is let go within five minutes after the time that was said.",
    finds="{number} waits for its payment page since {created_at}; its time was over at {expires_at}.",
    sql="""
        SELECT checkout.number, checkout.created_at, checkout.expires_at
        FROM orders_checkout AS checkout
        JOIN payments_payment AS payment ON payment.checkout_id = checkout.id
        WHERE checkout.state = 'awaiting_link' AND payment.page_until IS NULL
          AND checkout.expires_at < %(five_minutes_ago)s
        ORDER BY checkout.id
    """,
)

# The operations of ours of which no result has been heard: requested, neither succeeded nor failed.
_UNHEARD = """
    SELECT asked.payment_id, asked.kind, asked.operation, asked.amount, asked.at
    FROM payments_paymentevent AS asked
    WHERE asked.result = 'requested' AND asked.kind <> 'dispute' AND NOT EXISTS (
        SELECT 1 FROM payments_paymentevent AS heard
        WHERE heard.operation = asked.operation AND heard.payment_id = asked.payment_id
          AND heard.kind = asked.kind AND heard.result IN ('succeeded', 'failed')
    )
"""

books.rule(
    "payments.within_captured",
    says=(
        "What was refunded and what is being refunded stay within what was captured, save for what Stripe's dashboard "
        "paid back on top; and what went to the card within what the card was charged."
    ),
    finds=(
        "{number}: {refunded:money} refunded and {pending:money} under way are more than the {captured:money} captured."
    ),
    sql="""
        SELECT checkout.number, payment.captured + payment.credit AS captured, payment.refunded,
               COALESCE(under_way.amount, 0) AS pending
        FROM payments_payment AS payment
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        LEFT JOIN (
            SELECT payment_id, SUM(amount) AS amount FROM (UNHEARD) AS operations
            WHERE kind = 'refund' GROUP BY payment_id
        ) AS under_way ON under_way.payment_id = payment.id
        LEFT JOIN (
            SELECT payment_id, SUM(amount) AS amount FROM payments_refund
            WHERE state = 'succeeded' AND is_external GROUP BY payment_id
        ) AS outside ON outside.payment_id = payment.id
        WHERE payment.refunded + COALESCE(under_way.amount, 0) - COALESCE(outside.amount, 0)
              > payment.captured + payment.credit
           OR payment.refunded - payment.refunded_otherwise > payment.captured
        ORDER BY payment.id
    """.replace("UNHEARD", _UNHEARD),
)

books.rule(
    "payments.state",
    says="The state of a payment is the one that its amounts tell; where nothing is to be paid it is settled at once.",
    finds=(
        "{number}: the payment says it is {state}, with {authorised:money} authorised, {captured:money} captured, "
        "{voided:money} released, {refunded:money} refunded."
    ),
    sql="""
        SELECT checkout.number, payment.state, payment.authorised, payment.captured, payment.voided, payment.refunded
        FROM payments_payment AS payment JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        WHERE NOT CASE
            WHEN payment.refunded > 0 AND payment.refunded >= payment.captured + payment.credit
                THEN payment.state = 'refunded'
            WHEN payment.refunded > 0 THEN payment.state = 'part_refunded'
            WHEN payment.captured > 0 THEN payment.state = 'captured'
            WHEN payment.method = 'counter' THEN payment.state IN ('pending', 'voided')
            WHEN payment.voided > 0 AND payment.voided = payment.authorised THEN payment.state IN ('voided', 'expired')
            WHEN payment.authorised > 0 THEN payment.state = 'authorised'
            WHEN payment.amount = 0 AND payment.order_id IS NOT NULL THEN payment.state = 'captured'
            WHEN payment.amount = 0 THEN payment.state IN ('pending', 'captured', 'failed')
            ELSE payment.state IN ('pending', 'failed')
        END
        ORDER BY payment.id
    """,
)

books.rule(
    "payments.order_state",
    says="What an order says of its payment agrees with the payment.",
    finds="Order {number} says that its payment is {order_says}, but the payment is {state}.",
    sql="""
        SELECT placed.number, placed.payment_state AS order_says, payment.state
        FROM payments_payment AS payment JOIN orders_order AS placed ON placed.id = payment.order_id
        WHERE NOT CASE payment.state
            WHEN 'pending' THEN placed.payment_state = 'awaiting'
            WHEN 'failed' THEN placed.payment_state = 'awaiting'
            WHEN 'captured' THEN placed.payment_state IN ('captured', 'part_captured')
            ELSE placed.payment_state = payment.state
        END
        ORDER BY placed.id
    """,
)

books.rule(
    "payments.same_checkout",
    says="A payment and its order are of the same checkout.",
    finds="The payment of checkout {number} is booked to order {order_number}, which is of checkout {order_checkout}.",
    sql="""
        SELECT checkout.number, placed.number AS order_number, other.number AS order_checkout
        FROM payments_payment AS payment
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        JOIN orders_order AS placed ON placed.id = payment.order_id
        JOIN orders_checkout AS other ON other.id = placed.checkout_id
        WHERE payment.checkout_id <> placed.checkout_id
        ORDER BY payment.id
    """,
)

books.rule(
    "payments.without_order",
    says="Money that was proven has an order, or goes back, or is before a person's eyes as an open finding.",
    finds="{number}: {kept:money} was paid and does not go back, but there is no order and no open finding.",
    sql="""
        SELECT checkout.number, checkout.state AS checkout_state, payment.intent_id AS intent, payment.authorised,
               payment.captured, payment.voided, payment.refunded,
               payment.authorised - payment.voided - payment.refunded AS kept
        FROM payments_payment AS payment
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        LEFT JOIN (
            SELECT payment_id, SUM(amount) AS amount FROM (UNHEARD) AS operations
            WHERE kind IN ('void', 'refund') GROUP BY payment_id
        ) AS going_back ON going_back.payment_id = payment.id
        WHERE payment.order_id IS NULL
          AND payment.authorised - payment.voided - payment.refunded > COALESCE(going_back.amount, 0)
          AND NOT EXISTS (
              SELECT 1 FROM payments_finding AS finding
              WHERE finding.payment_id = payment.id AND finding.resolved_at IS NULL
          )
        ORDER BY payment.id
    """.replace("UNHEARD", _UNHEARD),
)

books.rule(
    "payments.order_paid",
    says=(
        "An order that costs something has a payment that was authorised for all that store credit did not pay, unless "
        "it is still to be paid at the counter, or was cancelled before."
    ),
    finds="Order {number} costs {total:money}, but {authorised:money} was ever authorised for it.",
    sql="""
        SELECT placed.number, placed.total, payment.id AS payment,
               COALESCE(payment.authorised, 0) AS authorised
        FROM orders_order AS placed
        LEFT JOIN payments_payment AS payment ON payment.order_id = placed.id
        WHERE COALESCE(payment.authorised, 0) + placed.credit_used < placed.total
          AND NOT (COALESCE(payment.method, '') = 'counter' AND payment.state IN ('pending', 'voided'))
        ORDER BY placed.id
    """,
)

books.rule(
    "payments.inbox",
    says="Every event that Stripe sent is decided within five minutes: it had its effect or was ignored on purpose.",
    finds="{kind} {event} of {object} came at {received_at}, was tried {attempts} times and is still {state}.",
    sql="""
        SELECT kind, event_id AS event, object_id AS object, state, attempts, received_at
        FROM payments_webhookevent
        WHERE state IN ('received', 'failed') AND received_at < %(five_minutes_ago)s
        ORDER BY id
    """,
)

books.rule(
    "payments.operations",
    says="Every operation asked of Stripe has its result within five minutes; a refund may be pending for longer.",
    finds="{number}: the {kind} of {amount:money} asked for at {at} ({operation}) neither succeeded nor failed.",
    sql="""
        SELECT checkout.number, unheard.kind, unheard.operation, unheard.amount, unheard.at
        FROM (UNHEARD) AS unheard
        JOIN payments_payment AS payment ON payment.id = unheard.payment_id
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        LEFT JOIN payments_refund AS refund ON refund.operation = unheard.operation AND refund.state = 'pending'
        WHERE unheard.at < %(five_minutes_ago)s AND refund.id IS NULL
        ORDER BY unheard.at, unheard.operation
    """.replace("UNHEARD", _UNHEARD),
)

books.rule(
    "payments.refunds",
    says="What a payment says was refunded is the sum of its refunds that were paid back.",
    finds="{number}: the payment says {refunded:money} was refunded, its refunds add up to {paid_back:money}.",
    sql="""
        SELECT checkout.number, payment.refunded, COALESCE(SUM(refund.amount), 0) AS paid_back
        FROM payments_payment AS payment
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        LEFT JOIN payments_refund AS refund ON refund.payment_id = payment.id AND refund.state = 'succeeded'
        GROUP BY payment.id, checkout.number, payment.refunded
        HAVING payment.refunded <> COALESCE(SUM(refund.amount), 0)
        ORDER BY payment.id
    """,
)

books.rule(
    "payments.refunded_otherwise",
    says="What a payment says did not go back to the card is the sum of its refunds as store credit and in cash.",
    finds="{number}: {otherwise:money} went back past the card, says the payment; its refunds say {paid_back:money}.",
    sql="""
        SELECT checkout.number, payment.refunded_otherwise AS otherwise, COALESCE(SUM(refund.amount), 0) AS paid_back
        FROM payments_payment AS payment
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        LEFT JOIN payments_refund AS refund
          ON refund.payment_id = payment.id AND refund.state = 'succeeded' AND refund.method <> 'card'
        GROUP BY payment.id, checkout.number, payment.refunded_otherwise
        HAVING payment.refunded_otherwise <> COALESCE(SUM(refund.amount), 0)
        ORDER BY payment.id
    """,
)
