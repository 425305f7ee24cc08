"""Measures the shop beside a floor, in one run: `make bench`, or `python -m config.bench`.

The floor is what Django itself costs on this machine: one query, one template, no shop. Speeds differ from machine
to machine and from minute to minute; how many times the floor a page costs does not, so ratios are what is judged.
"""
