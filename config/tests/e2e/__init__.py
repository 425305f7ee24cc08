"""Journeys through the shop in a real browser, run by `make e2e`; every test here is marked `e2e`."""
