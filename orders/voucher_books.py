"""What must hold of vouchers (`manage.py verify_books`)."""

from config import books

books.rule(
    "orders.voucher_limits",
    says="A voucher is used no more often than its limit says.",
    finds="Voucher {code} has {limit} uses, and {taken} are taken.",
    sql="""
        SELECT voucher.code, voucher."limit" AS "limit", quota.taken
        FROM orders_voucher AS voucher JOIN orders_quota AS quota ON quota.name = 'voucher ' || voucher.id
        WHERE quota.taken > voucher."limit"
        ORDER BY voucher.id
    """,
)

books.rule(
    "orders.voucher_per_customer",
    says="No customer uses a voucher more often than its limit for one says, and a first order is made once.",
    finds="One customer has {taken} of {most} uses: {quota}.",
    # "voucher 7 by …": the number stands between the first two blanks.
    sql="""
        SELECT quota.name AS quota, quota.taken, voucher.per_customer AS most
        FROM orders_quota AS quota JOIN orders_voucher AS voucher
          ON SUBSTR(quota.name, 1, LENGTH('voucher ' || voucher.id || ' by ')) = 'voucher ' || voucher.id || ' by '
        WHERE quota.name LIKE 'voucher %% by %%' AND quota.taken > voucher.per_customer
        UNION ALL
        SELECT quota.name, quota.taken, 1 FROM orders_quota AS quota
        WHERE quota.name LIKE 'first order by %%' AND quota.taken > 1
        ORDER BY 1
    """,
)

books.rule(
    "orders.voucher_uses",
    says="The uses of a voucher are those of the open and completed checkouts that name it.",
    finds="Checkout {number} names {voucher} {named} times, and holds {held} uses of it.",
    sql="""
        SELECT number, voucher, SUM(named) AS named, SUM(held) AS held
        FROM (
            SELECT checkout.number, part.value ->> 'reference' AS voucher, 1 AS named, 0 AS held
            FROM orders_checkout AS checkout CROSS JOIN JSON_ROWS(checkout.discounts) AS part
            WHERE checkout.state IN ('open', 'awaiting_link', 'awaiting_payment', 'completed')
              AND part.value ->> 'reference' LIKE 'voucher %%'
            UNION ALL
            SELECT SUBSTR(used.reference, 10), used.quota_id, 0, used.amount
            FROM orders_quotause AS used
            WHERE used.given_back_at IS NULL
              AND used.quota_id LIKE 'voucher %%' AND used.quota_id NOT LIKE '%% by %%'
        ) AS uses
        GROUP BY number, voucher HAVING SUM(named) <> SUM(held)
        ORDER BY number, voucher
    """,
)
