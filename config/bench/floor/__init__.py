"""The least that Django can do for a list, a product, a search, a cart and an order: what the shop is measured by."""
