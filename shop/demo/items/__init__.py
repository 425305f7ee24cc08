"""The demo products with their copy, one file per shelf."""
