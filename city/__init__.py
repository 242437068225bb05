"""A city that is invented: its exports as files, and what must be answered of them, worked out apart from the product.

In comes a seed; out come documents in every shape that agencies send them in, and the answers, computed from the same
invented facts by plain Python. Nothing here reads an export or asks a warehouse; of `etl` it uses the tables of
agencies and plans alone. `python -m city FOLDER` writes one.
"""
