"""Imports the bundle: `python import_bundle.py BUNDLE USERNAME`, with the Python and the settings of a Superset.

All of it is put as the bundle has it, also where an earlier one was imported: `superset import-dashboards` would leave
the charts, datasets and connection of that one as they are.
"""

import sys
from zipfile import ZipFile

ARGUMENTS = 2


def main() -> None:
    """Import the bundle in the user's name; exit with a line that says what is wrong, where something is."""
    if len(sys.argv) != 1 + ARGUMENTS:
        sys.exit("usage: python import_bundle.py BUNDLE USERNAME")
    from flask import g
    from superset.app import create_app

    path, username = sys.argv[1:]
    with create_app().app_context():
        # Only within the application do they know its settings.
        from superset import security_manager
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.commands.importers.v1.utils import get_contents_from_bundle

        g.user = security_manager.find_user(username=username) or sys.exit(f"Superset has no user {username}")
        with ZipFile(path) as bundle:
            ImportAssetsCommand(get_contents_from_bundle(bundle)).run()
    print("imported")


main()
