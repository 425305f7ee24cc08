"""The scan desk: one page that a barcode reader or a keyboard drives without a mouse.

A reader types what it reads and presses Enter. Each scan is a form sent to the page, which answers with a redirect to
what is the case now: everything that was scanned so far stands in the address, so a page that is loaded again shows the
same, and two stations do not disturb each other.
"""
