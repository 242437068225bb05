"""What the project measures of itself, beside its peers. `make bench` writes RESULTS.md and results.json.

Each module of a part has `run`: it takes a console, a size and the names of steps, and yields what each of these gives.
"""
