"""The families of exports, a module each, found by being here.

A family module has `FAMILY`, `recognise(lines) -> bool` and `parse(document, lines) -> list[Copy]`.
"""
