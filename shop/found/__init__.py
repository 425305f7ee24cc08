"""How the shop is found and shared: heads of pages, data for search engines, sitemaps, feeds, old addresses."""
