"""The process that analyses, started by path: jobs come on its standard input, answers go to its output.

A text that makes a parser take its process down, or takes for ever, costs this process and not the server. Frames
are a length in four bytes and a pickle; both ends are losslint's own.
"""

import os
import pickle
import struct
import sys

HEADER = struct.Struct(">I")


def main() -> None:
    """Answer jobs until there are no more."""
    # Python put this folder in front; the server says which places are to be trusted.
    sys.path[:] = sys.argv[1:]
    jobs = sys.stdin.buffer
    # What anything prints must not come between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from losslint.lsp.jobs import answer

    while len(header := jobs.read(HEADER.size)) == HEADER.size:
        body = pickle.dumps(answer(pickle.loads(jobs.read(*HEADER.unpack(header)))))
        answers.write(HEADER.pack(len(body)) + body)
        answers.flush()


if __name__ == "__main__":
    main()
