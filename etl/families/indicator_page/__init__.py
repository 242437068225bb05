"""The indicator page: one KPI-year."""
