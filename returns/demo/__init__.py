"""What comes back in the demo shop: a handful of returns, and rules that differ from the usual terms."""
