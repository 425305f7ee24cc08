"""What invoices and money have to do with each other (`manage.py verify_books`)."""

from config import books

# What an order still costs: less the pieces that were cancelled, cut as on a credit note.
OWED = """
    placed.total - COALESCE((
        SELECT SUM(CASE
            WHEN (line.gross % line.quantity) = 0 THEN line.gross / line.quantity * line.cancelled
            ELSE (2 * line.net * line.cancelled + line.quantity) / (2 * line.quantity)
               + (2 * line.tax * line.cancelled + line.quantity) / (2 * line.quantity)
        END)
        FROM orders_orderline AS line WHERE line.order_id = placed.id
    ), 0)
"""

books.rule(
    "payments.invoiced",
    says=(
        "Five minutes after the last thing that happened to an order, its invoice less its credit notes is what was "
        "paid less what was paid back, or what can still be settled. Money that is on its way back, or could not be "
        "paid back, may be credited already."
    ),
    finds=(
        "Order {number}: {invoice} less its credit notes is {invoiced:money}, but the customer has paid, or has yet to "
        "pay, {most:money}."
    ),
    sql="""
        SELECT * FROM (
            SELECT placed.id, placed.number, invoice.number AS invoice, payment.state,
                   balance.total - balance.credited AS invoiced,
                   CASE WHEN payment.state = 'authorised' THEN OWED
                        WHEN payment.captured + payment.credit < payment.refunded THEN 0
                        ELSE payment.captured + payment.credit - payment.refunded
                   END AS most,
                   CASE WHEN payment.state = 'authorised' THEN 0
                        ELSE payment.disputed + COALESCE((
                            SELECT SUM(refund.amount) FROM payments_refund AS refund
                            WHERE refund.payment_id = payment.id AND refund.state <> 'succeeded'
                        ), 0)
                   END AS may_be_credited
            FROM orders_order AS placed
            JOIN payments_payment AS payment ON payment.order_id = placed.id
            JOIN orders_invoice AS invoice ON invoice.order_id = placed.id AND invoice.kind = 'invoice'
            JOIN orders_invoicebalance AS balance ON balance.invoice_id = invoice.id
            WHERE payment.state IN ('authorised', 'captured', 'part_refunded', 'refunded')
              AND NOT (payment.state = 'authorised' AND placed.state = 'cancelled')
              AND NOT EXISTS (
                  SELECT 1 FROM orders_orderevent AS event
                  WHERE event.order_id = placed.id AND event.at >= %(five_minutes_ago)s
              )
        ) AS money
        WHERE invoiced > most OR invoiced < most - may_be_credited
        ORDER BY id
    """.replace("OWED", OWED).replace(" % ", " %% "),
)
