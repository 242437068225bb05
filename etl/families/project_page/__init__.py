"""The project page of the monitoring site."""
