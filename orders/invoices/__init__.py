"""What invoices and credit notes say, on paper and on the screen: only ever read from what was frozen at issue."""
