"""What the families of exports share: labels by their shape, fields with their place, plans, quarters, units, ids.

In come lines and texts; out come values on records, each with its place, and issues where one could not be read.
"""
