"""The printed form: the export of one project in one fiscal year."""
