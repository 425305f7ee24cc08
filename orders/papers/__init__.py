"""What the warehouse prints: pick lists, packing slips, codes to scan."""
