"""What must hold of returns (`manage.py verify_books`)."""

from config import books

books.ledger("returns.events_append_only", "returns_returnevent")

_CLAIMED = """
    CASE
        WHEN request.state IN ('requested', 'info_needed') THEN part.requested
        WHEN request.state IN ('authorised', 'in_transit', 'received') THEN part.approved
        WHEN request.state IN ('inspected', 'resolved', 'closed') THEN part.sellable + part.damaged + part.kept
        ELSE 0
    END
"""

books.rule(
    "returns.claimed",
    says="What an order line has in returns is the sum of what its returns claim or have taken back.",
    finds="Order {number}, line {position}: {returned} pieces are in returns, which claim {claimed}.",
    sql=f"""
        SELECT placed.number, line.position, line.returned, COALESCE(claims.claimed, 0) AS claimed
        FROM orders_orderline AS line
        JOIN orders_order AS placed ON placed.id = line.order_id
        LEFT JOIN (
            SELECT part.line_id, SUM({_CLAIMED}) AS claimed
            FROM returns_returnline AS part
            JOIN returns_returnrequest AS request ON request.id = part.request_id
            GROUP BY part.line_id
        ) AS claims ON claims.line_id = line.id
        WHERE line.returned <> COALESCE(claims.claimed, 0)
        ORDER BY line.id
    """,  # noqa: S608 (the text above)
)

books.rule(
    "returns.pieces",
    says="Of a return's line no more was taken back than authorised, authorised than asked for, asked for than sent.",
    finds=(
        "{number}, line {position}: {requested} asked for, {approved} authorised, {received} received, "
        "{sellable} sellable, {damaged} damaged, {kept} kept, {missing} missing, {refused} refused; {shipped} sent."
    ),
    sql="""
        SELECT request.number, line.position, part.requested, part.approved, part.received, part.sellable,
               part.damaged, part.kept, part.missing, part.refused, line.shipped
        FROM returns_returnline AS part
        JOIN returns_returnrequest AS request ON request.id = part.request_id
        JOIN orders_orderline AS line ON line.id = part.line_id
        WHERE part.requested > line.shipped OR part.approved > part.requested OR part.received > part.approved
           OR part.sellable + part.damaged + part.refused > part.received
           OR part.sellable + part.damaged + part.refused + part.kept + part.missing > part.approved
           OR (request.state IN ('inspected', 'resolved', 'closed')
               AND part.sellable + part.damaged + part.refused + part.kept + part.missing <> part.approved)
           OR (request.state NOT IN ('inspected', 'resolved', 'closed')
               AND part.sellable + part.damaged + part.refused + part.kept + part.missing > 0)
           OR line.order_id <> request.order_id
        ORDER BY part.id
    """,
)

books.rule(
    "returns.shelf",
    says="Each piece that was taken back as sellable or damaged is on a shelf by one movement, and no other came so.",
    finds="{reference} ({sku}): {taken} pieces were taken back, {booked} were put back on a shelf.",
    sql="""
        SELECT reference, sku, SUM(taken) AS taken, SUM(booked) AS booked
        FROM (
            SELECT 'return ' || request.number || ' line ' || line.position AS reference, line.sku,
                   part.sellable + part.damaged AS taken, 0 AS booked
            FROM returns_returnline AS part
            JOIN returns_returnrequest AS request ON request.id = part.request_id
            JOIN orders_orderline AS line ON line.id = part.line_id
            UNION ALL
            SELECT move.reference, item.sku, 0, move.on_hand_delta
            FROM inventory_stockmovement AS move
            JOIN inventory_stockitem AS item ON item.id = move.item_id
            WHERE move.kind = 'put_back'
        ) AS sides
        GROUP BY reference, sku
        HAVING SUM(taken) <> SUM(booked)
        ORDER BY reference, sku
    """,
)

books.rule(
    "returns.sums",
    says="What a return pays back is its lines and delivery less its fee, and its payouts add up to it.",
    finds=(
        "{number} pays back {refund:money}: its lines {lines:money}, delivery {shipping:money}, fee {fee:money}, "
        "payouts {payouts:money}."
    ),
    sql="""
        SELECT request.number, request.refund, COALESCE(parts.lines, 0) AS lines, request.shipping, request.fee,
               COALESCE(paid.payouts, 0) AS payouts
        FROM returns_returnrequest AS request
        LEFT JOIN (
            SELECT request_id, SUM(refund) AS lines FROM returns_returnline GROUP BY request_id
        ) AS parts ON parts.request_id = request.id
        LEFT JOIN (
            SELECT request_id, SUM(amount) AS payouts FROM returns_returnpayout GROUP BY request_id
        ) AS paid ON paid.request_id = request.id
        WHERE request.refund <> COALESCE(parts.lines, 0) + request.shipping - request.fee
           OR request.refund <> COALESCE(paid.payouts, 0)
           OR (request.state NOT IN ('resolved', 'closed') AND request.refund <> 0)
        ORDER BY request.id
    """,
)

books.rule(
    "returns.paid_lines",
    says="Returns never pay more for a line of an order than was paid for it, nor for more delivery than there was.",
    finds="Order {number}, {what}: {refunded:money} of {paid:money} went back by returns.",
    sql="""
        SELECT placed.number, 'line ' || paid.position AS what, SUM(part.refund) AS refunded, paid.gross AS paid
        FROM returns_returnline AS part
        JOIN orders_orderline AS line ON line.id = part.line_id
        JOIN orders_orderline AS paid ON paid.id = COALESCE(line.replaces_id, line.id)
        JOIN orders_order AS placed ON placed.id = paid.order_id
        GROUP BY placed.number, paid.id, paid.position, paid.gross
        HAVING SUM(part.refund) > paid.gross
        UNION ALL
        SELECT placed.number, 'delivery', SUM(request.shipping),
               placed.shipping + CASE WHEN placed.prices_include_tax THEN 0 ELSE placed.shipping_tax END
        FROM returns_returnrequest AS request
        JOIN orders_order AS placed ON placed.id = request.order_id
        GROUP BY placed.number, placed.shipping, placed.shipping_tax, placed.prices_include_tax
        HAVING SUM(request.shipping)
            > placed.shipping + CASE WHEN placed.prices_include_tax THEN 0 ELSE placed.shipping_tax END
        ORDER BY 1, 2
    """,
)

books.rule(
    "returns.refunds",
    says="Each payout of a return is paid back once, in its way and to the cent; no other refund names a return.",
    finds="{cause} of order {number}: {payout:money} are to be paid back, {refunded:money} are or are on their way.",
    sql="""
        SELECT cause, number, SUM(payout) AS payout, SUM(refunded) AS refunded
        FROM (
            SELECT 'return ' || request.number || ' ' || part.method AS cause, placed.number, part.amount AS payout,
                   CASE WHEN part.problem <> '' OR request.resolved_at > %(five_minutes_ago)s
                        OR EXISTS (
                            SELECT 1 FROM payments_refund AS failed
                            JOIN payments_payment AS payment ON payment.id = failed.payment_id
                            WHERE payment.order_id = placed.id AND failed.state = 'failed'
                              AND failed.cause = 'return ' || request.number || ' ' || part.method
                        )
                        THEN 1 ELSE 0 END AS may_wait,
                   0 AS refunded
            FROM returns_returnpayout AS part
            JOIN returns_returnrequest AS request ON request.id = part.request_id
            JOIN orders_order AS placed ON placed.id = request.order_id
            UNION ALL
            SELECT refund.cause, placed.number, 0, 0, refund.amount
            FROM payments_refund AS refund
            JOIN payments_payment AS payment ON payment.id = refund.payment_id
            JOIN orders_order AS placed ON placed.id = payment.order_id
            WHERE refund.cause LIKE 'return RMA-%%' AND refund.state <> 'failed'
        ) AS sides
        GROUP BY cause, number
        HAVING SUM(refunded) > SUM(payout)
            OR (SUM(refunded) < SUM(payout) AND (SUM(refunded) > 0 OR MAX(may_wait) = 0))
        ORDER BY cause
    """,
)

books.rule(
    "returns.replacements",
    says="An exchange that is resolved has a line of its order for the pieces taken back, and no other line is one.",
    finds="Order {number}, {what}: {taken} pieces were taken back in exchange, {sent} are to be sent instead.",
    sql="""
        SELECT placed.number, request.number || ' line ' || line.position AS what,
               part.sellable + part.damaged + part.kept AS taken, COALESCE(new.quantity, 0) AS sent
        FROM returns_returnline AS part
        JOIN returns_returnrequest AS request ON request.id = part.request_id
        JOIN orders_orderline AS line ON line.id = part.line_id
        JOIN orders_order AS placed ON placed.id = request.order_id
        LEFT JOIN orders_orderline AS new ON new.id = part.replacement_id
        WHERE COALESCE(new.quantity, 0) <> CASE
            WHEN request.kind = 'exchange' AND request.state IN ('resolved', 'closed')
                THEN part.sellable + part.damaged + part.kept
            ELSE 0 END
        UNION ALL
        SELECT placed.number, 'line ' || line.position, 0, line.quantity
        FROM orders_orderline AS line
        JOIN orders_order AS placed ON placed.id = line.order_id
        WHERE line.replaces_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM returns_returnline AS part WHERE part.replacement_id = line.id)
        ORDER BY 1, 2
    """,
)

books.rule(
    "returns.holds",
    says="Stock is held for a return only while it is an exchange that may still be resolved.",
    finds="{pieces} of {sku} are held for {reference}, which is {state}.",
    sql="""
        SELECT item.sku, hold.quantity AS pieces, hold.reference, COALESCE(request.state, 'unknown') AS state
        FROM inventory_reservation AS hold
        JOIN inventory_stockitem AS item ON item.id = hold.item_id
        LEFT JOIN returns_returnrequest AS request ON hold.reference = 'return ' || request.number
        WHERE hold.quantity > 0 AND hold.reference LIKE 'return RMA-%%'
          AND (request.state IS NULL OR request.kind <> 'exchange'
               OR request.state NOT IN ('authorised', 'in_transit', 'received', 'inspected'))
        ORDER BY hold.id
    """,
)
