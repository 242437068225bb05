"""What people see besides the marts: Data Docs of a load's rules, and the data dictionary, as pages for a browser.

In come validation results and a migrated warehouse; out come pages.
"""
