"""What must hold of money that is paid at the counter (`manage.py verify_books`)."""

from config import books

books.rule(
    "payments.counter",
    says=(
        "What is paid at the counter has an order that is to be collected, and waits for its money until it is taken "
        "once or the order is cancelled; no other order is to be paid there."
    ),
    finds="Order {number} is {state}, to be collected {until}; its payment ({method}) is {payment_state}{twice}.",
    sql="""
        SELECT COALESCE(placed.number, checkout.number) AS number, COALESCE(placed.state, 'missing') AS state,
               CASE WHEN placed.collect_until IS NULL THEN 'never' ELSE 'in time' END AS until,
               payment.method, payment.state AS payment_state,
               CASE WHEN COALESCE(taken.lines, 0) > 1 THEN ' and was taken more than once' ELSE '' END AS twice
        FROM payments_payment AS payment
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        LEFT JOIN orders_order AS placed ON placed.id = payment.order_id
        LEFT JOIN (
            SELECT payment_id, COUNT(*) AS lines FROM payments_paymentevent
            WHERE kind = 'capture' AND result = 'succeeded' GROUP BY payment_id
        ) AS taken ON taken.payment_id = payment.id
        WHERE (payment.method = 'counter') <> (placed.collect_until IS NOT NULL)
           OR payment.method = 'counter' AND (
               placed.id IS NULL
               OR payment.state NOT IN ('pending', 'voided', 'captured', 'part_refunded', 'refunded')
               OR payment.state = 'pending' AND placed.state = 'cancelled'
               OR payment.state = 'voided' AND placed.state <> 'cancelled'
               OR COALESCE(taken.lines, 0) > 1
           )
        ORDER BY payment.id
    """,
)
