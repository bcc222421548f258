"""losslint inside flake8, which loads this module at every start: whatever it needs is imported when a file is checked.

Which rules are on, what is excluded and what is known follows losslint's own configuration. flake8 applies its
own options (``--select LL``, ``per-file-ignores``, ``# noqa``) to what is yielded here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from losslint.config import Configuration
    from losslint.model import Finding


class Plugin:
    """flake8 makes one for each file that parses, and hands it what it asks for by name."""

    def __init__(self, tree: object, filename: str, lines: Sequence[str]) -> None:
        # Asking for the tree makes flake8 run this once per file, and not at all where nothing parses (E999).
        self._path = filename
        self._text = "".join(lines)

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Line, column from 0, text and the kind of plugin, for each finding.

        Raises flake8's ExecutionError for a configuration that cannot be used.
        """
        from losslint.config import ConfigError

        try:
            findings = _findings(self._path, self._text)
        except ConfigError as error:
            from flake8.exceptions import ExecutionError

            raise ExecutionError(f"losslint: {error}") from None
        for finding in findings:
            yield finding.span.line, finding.span.column - 1, f"{finding.code} {finding.message}", type(self)


def _findings(path: str, text: str) -> Sequence[Finding]:
    """What losslint says of a text. Raises ConfigError."""
    from losslint.checking import check_text
    from losslint.config import ConfigError
    from losslint.run import Task
    from losslint.source.text import split_lines

    settings = _configuration().for_file(path)
    if settings.excluded.leaves_out(os.path.abspath(path), os.getcwd()):
        return ()
    result = check_text(text, Task(path, settings)).result
    if result.error is not None:
        raise ConfigError(result.error.path, result.error.message)
    if settings.baseline is None:
        return result.findings
    from losslint.baseline import new_in_file

    return new_in_file(path, result.findings, split_lines(text), settings)


@lru_cache(maxsize=1)
def _configuration() -> Configuration:
    from losslint.config import Configuration, command_line

    return Configuration(command_line({}))
