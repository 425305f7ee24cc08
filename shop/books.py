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

books.rule(
    "shop.flash_sales_apart",
    says="Of one variant no two flash sales run at the same time.",
    finds="{sku}: the flash sales {one} and {other} run at the same time.",
    sql="""
        SELECT item.sku, one.id AS one, other.id AS other
        FROM shop_flashsale AS one
        JOIN shop_flashsale AS other
          ON other.variant_id = one.variant_id AND other.id > one.id
         AND other.starts_at < one.ends_at AND other.ends_at > one.starts_at
        JOIN shop_variant AS variant ON variant.id = one.variant_id
        JOIN inventory_stockitem AS item ON item.id = variant.stock_item_id
        WHERE one.is_active AND other.is_active
        ORDER BY one.id, other.id
    """,
)
