"""Becomes another program that dies when its parent does: `child.py PARENT PROGRAM …`.

A file of its own, run by a fresh interpreter: what is done between fork and exec in a
process with threads (gRPC's among them) can hang, and then the child never starts.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("The parent was gone before the child had begun.")
    # The supervisor waits for its signals by hand and blocks them; its children do not.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.execvp(program[0], program)  # noqa: S606 - the whole point
