"""What must hold of disputes (`manage.py verify_books`); signed up together with `payments.books`."""

from config import books

books.rule(
    "payments.disputed",
    says="What a payment says banks have taken back is what its ledger says they took and have not given back.",
    finds="{number}: the payment says {cached:money} is disputed or lost, its ledger says {booked:money}.",
    sql="""
        SELECT checkout.number, payment.id AS payment, payment.disputed AS cached, COALESCE(away.booked, 0) AS booked
        FROM payments_payment AS payment
        JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
        LEFT JOIN (
            SELECT taken.payment_id, SUM(taken.amount) AS booked
            FROM payments_paymentevent AS taken
            WHERE taken.kind = 'dispute' AND taken.result = 'requested' AND NOT EXISTS (
                SELECT 1 FROM payments_paymentevent AS given
                WHERE given.operation = taken.operation AND given.payment_id = taken.payment_id
                  AND given.kind = 'dispute' AND given.result = 'failed'
            )
            GROUP BY taken.payment_id
        ) AS away ON away.payment_id = payment.id
        WHERE payment.disputed <> COALESCE(away.booked, 0)
        ORDER BY payment.id
    """,
)

books.rule(
    "payments.disputes",
    says="A dispute is in the ledger as its state says: taken while it is open, gone when lost, back when won.",
    finds="{number}: dispute {dispute} of {amount:money} is {state}, but the ledger says: {booked}.",
    sql="""
        SELECT * FROM (
            SELECT checkout.number, dispute.id, dispute.stripe_id AS dispute, dispute.amount, dispute.state,
                   CASE
                       WHEN MAX(CASE WHEN line.result = 'failed' THEN 1 ELSE 0 END) = 1 THEN 'back'
                       WHEN MAX(CASE WHEN line.result = 'succeeded' THEN 1 ELSE 0 END) = 1 THEN 'gone'
                       WHEN COUNT(line.id) > 0 THEN 'taken'
                       ELSE 'nothing'
                   END AS booked,
                   COALESCE(MAX(CASE WHEN line.amount <> dispute.amount THEN 1 ELSE 0 END), 0) AS differs
            FROM payments_dispute AS dispute
            JOIN payments_payment AS payment ON payment.id = dispute.payment_id
            JOIN orders_checkout AS checkout ON checkout.id = payment.checkout_id
            LEFT JOIN payments_paymentevent AS line
              ON line.kind = 'dispute' AND line.operation = dispute.stripe_id AND line.payment_id = payment.id
            GROUP BY checkout.number, dispute.id, dispute.stripe_id, dispute.amount, dispute.state
        ) AS told
        WHERE differs = 1 OR NOT CASE
            WHEN state IN ('needs_response', 'under_review') THEN booked = 'taken'
            WHEN SUBSTR(state, 1, 6) = 'appeal' THEN booked IN ('taken', 'gone')
            WHEN state = 'lost' THEN booked = 'gone'
            WHEN state = 'won' THEN booked = 'back'
            WHEN state = 'prevented' THEN booked IN ('nothing', 'back')
            ELSE booked = 'nothing'
        END
        ORDER BY id
    """,
)
