"""What must hold of the offer (`manage.py verify_books`)."""

from config import books

books.rule(
    "shop.ratings",
    says="A product's number and sum of ratings are those of its approved reviews.",
    finds="{product}: {rating_count} ratings that add up to {rating_sum}, says the product; its approved reviews are "
    "{count} that add up to {total}.",
    sql="""
        SELECT product.slug AS product, product.rating_count, product.rating_sum,
               COALESCE(shown.count, 0) AS count, COALESCE(shown.total, 0) AS total
        FROM shop_product AS product
        LEFT JOIN (
            SELECT product_id, COUNT(*) AS count, SUM(rating) AS total
            FROM shop_review WHERE state = 'approved' GROUP BY product_id
        ) AS shown ON shown.product_id = product.id
        WHERE product.rating_count <> COALESCE(shown.count, 0) OR product.rating_sum <> COALESCE(shown.total, 0)
        ORDER BY product.slug
    """,
)
