"""Python that serves an installation: each line that comes in is code to run, in a process forked from this one.

The imports and the rules are prepared once, which takes longer than most of the code. A line is JSON: `code`,
`environment`, and `folder`, where the streams go, as files named by their numbers. What comes out is the exit status.
"""

import json
import os
import sys
import traceback
from pathlib import Path

from tests import prepared  # noqa: F401 - what takes long is done when it is imported


def run(code: str, environment: dict[str, str], folder: str) -> int:
    """Run code in a process of its own; return its exit status."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        for number in (1, 2):
            os.dup2(os.open(Path(folder) / str(number), os.O_WRONLY | os.O_CREAT), number)
        os.environ |= environment
        exec(code, {"__name__": "__main__"})  # noqa: S102 - that of a test
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it is, it ends the forked process alone
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    for line in sys.stdin:
        print(run(**json.loads(line)), flush=True)
