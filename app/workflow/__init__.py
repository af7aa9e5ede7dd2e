"""Workflows as data: tables of steps, and the one way to take them."""
