"""What people see of a load besides the marts: Data Docs of the rules, as pages to open in a browser.

In come validation results; out come pages.
"""
