"""The leaflet of a pilot project: a family of exports that there is not."""
