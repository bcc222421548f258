"""Where a report goes and how it may look there: format, colour, width, and a reader that stops listening."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TextIO

from losslint.config import Settings
from losslint.report import FORMATS, Style, render
from losslint.report.terminal import printable, shows_links
from losslint.result import FileError
from losslint.run import Run, sources_of

MAX_WIDTH = 120


class Unwritable(Exception):
    """The report cannot be written where it was asked to go; one line."""


class Output(NamedTuple):
    """How this run speaks."""

    format: str
    style: Style
    file: str | None = None
    quiet: bool = False
    verbose: bool = False

    def report(self, finished: Run, seconds: float, *, fixing: bool = False) -> None:
        """Write findings to the report's place, and errors, warnings and the summary to stderr.

        When standard input is mended, the result takes stdout and the report stderr. Raises Unwritable.
        """
        self.complain(finished)
        pieces = self._rendered(finished)
        if fixing and finished.stdin is not None:
            changed = (change.after for change in finished.changes if change.path == finished.stdin.path)
            print_bytes(next(changed, finished.stdin.data or b""))
            if self.file is None:
                say("".join(pieces).rstrip("\n"))
            else:
                self.write(pieces)
        else:
            self.write(pieces)
        self._close(finished, seconds)

    def _rendered(self, finished: Run) -> Iterator[str]:
        if (
            not finished.findings and FORMATS[self.format].people
        ):  # nothing is said, and nothing loaded for it
            return iter(())
        from losslint.report.views import view

        shown, lines = view(self.format, finished, sources_of(finished))
        return render(self.format, shown, lines, self.style)

    def difference(self, finished: Run, seconds: float, *, how: str = "fixed") -> None:
        """Write what would change as a diff, in the encoding of each file. Raises Unwritable."""
        from losslint.fix.diff import difference

        self.complain(finished)
        diff = b"".join(
            line.encode(change.encoding, "surrogateescape")
            for change in finished.changes
            for line in difference(change.path, change.before, change.after)
        )
        if self.file is not None:
            self.write([diff.decode("utf-8", "replace")])
        else:
            print_bytes(diff)
        if not self.quiet:
            fixable = sum(change.fixed for change in finished.changes)
            say(f"{counted(fixable, 'finding')} would be {how} in {counted(len(finished.changes), 'file')}")
        if self.verbose:
            for line in _details(finished, seconds):
                say(line)

    def _close(self, finished: Run, seconds: float) -> None:
        if not self.quiet and (FORMATS[self.format].people or self.verbose):
            say(_summary(finished))
        if self.verbose:
            for line in _details(finished, seconds):
                say(line)

    def complain(self, finished: Run) -> None:
        """Errors, unless the report itself holds them for a machine; and warnings, unless quiet."""
        for text in finished.tracebacks if self.verbose else ():
            say(text.rstrip())
        for error in finished.errors:
            say(f"error: {described(error)}")
        for warning in finished.warnings if not self.quiet else ():
            say(f"warning: {printable(warning)}")

    def write(self, pieces: Iterable[str]) -> None:
        """Write to the file or to stdout, a whole file or none. Raises Unwritable."""
        if self.file is not None:
            from losslint.fix.write import NotWritten, write_file

            try:
                write_file(self.file, "".join(pieces).encode("utf-8", "backslashreplace"))
            except NotWritten as error:
                raise Unwritable(f"{self.file}: {error}") from None
            return
        print_pieces(pieces)


def output_for(
    settings: Settings, *, file: str | None = None, quiet: bool = False, verbose: bool = False
) -> Output:
    """What settings, options, environment and terminal together ask for."""
    to_terminal = file is None and sys.stdout.isatty()
    name = settings.value("output-format") or ("full" if to_terminal else "concise")
    statistics = settings.value("statistics") and FORMATS[name].counts
    color = file is None and wants_color(settings.value("color"), sys.stdout)
    links = (
        color and (sys.stdout.isatty() or bool(os.environ.get("FORCE_HYPERLINK"))) and shows_links(os.environ)
    )
    style = Style(terminal_width(), color, statistics, links)
    return Output(name, style, file, quiet, verbose)


def wants_color(choice: str, stream: TextIO) -> bool:
    """``--color`` first, then ``NO_COLOR`` and ``FORCE_COLOR`` (set, not empty), then the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """Columns to write in: the terminal's, within reason; 80 where there is none."""
    given = os.environ.get("COLUMNS", "")
    try:
        columns = int(given) if given.isdecimal() else os.get_terminal_size().columns
    except (OSError, ValueError):  # no terminal, or none any more
        columns = 0
    return max(40, min(columns or 80, MAX_WIDTH))


def print_pieces(pieces: Iterable[str]) -> None:
    """Write to stdout. A reader that has gone (``| head``) ends the writing, and nothing else."""
    try:
        for piece in pieces:
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes stdout once more at exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_bytes(data: bytes) -> None:
    """Write to stdout as it is."""
    sys.stdout.flush()
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """One message on stderr."""
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def described(error: FileError) -> str:
    """An error as one line."""
    return printable(f"{error.path}: {error.message}")


def _summary(finished: Run) -> str:
    found = counted(len(finished.findings), "finding") if finished.findings else "nothing found"
    for number, how in ((finished.fixed, "fixed"), (finished.silenced, "silenced")):
        if number:
            left = f"{len(finished.findings)} left" if finished.findings else "none left"
            found = f"{counted(number, 'finding')} {how}, {left}"
    verdicts = Counter(finding.confirmation.status for finding in finished.findings if finding.confirmation)
    if verdicts:
        words = (
            f"{verdicts[word]} {word}" for word in ("confirmed", "refuted", "unconfirmed") if verdicts[word]
        )
        found = f"{found} ({', '.join(words)})"
    if finished.known:
        found = f"{found}, {counted(finished.known, 'known finding')} left out"
    checked = (
        f"{counted(finished.files, 'file')} and {counted(finished.loss_count, 'loss', 'losses')} checked"
    )
    failed = f", {counted(len(finished.errors), 'error')}" if finished.errors else ""
    return f"{found}; {checked}{failed}"


def _details(finished: Run, seconds: float) -> Iterable[str]:
    for reason, number in sorted((finished.skipped or {}).items()):
        yield f"{counted(number, 'file')} not analysed: {reason}"
    yield from (printable(line) for line in finished.withheld)
    yield f"done in {seconds:.2f} s"


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
