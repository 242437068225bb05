"""The printed form, in both of its layouts."""
