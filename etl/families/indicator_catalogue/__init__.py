"""The catalogue of city development indicators."""
