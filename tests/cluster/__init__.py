"""Workers that share nothing: slow, and apart from `make test`."""
