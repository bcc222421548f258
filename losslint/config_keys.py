"""The keys of the configuration, as data: what each takes, and its default.

A reader takes what TOML (or the command line) gave and returns the value losslint works with, or raises
InvalidValue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from losslint.selection import UnknownCode, checked
from losslint.source.discovery import DEFAULT_EXCLUDES
from losslint.suggest import did_you_mean

Reader = Callable[[object], Any]

OUTPUT_FORMATS = (
    "full",
    "concise",
    "json",
    "json-lines",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "rdjson",
)
COLORS = ("auto", "always", "never")


class InvalidValue(ValueError):
    """An unknown key, or a value that the key does not take; one line, without the file."""


class Key(NamedTuple):
    """One key. ``help`` says what it does in a few words, and the first line of ``read`` what values it takes."""

    read: Reader
    default: Any
    help: str


def read_table(
    values: Mapping[str, Any], keys: Mapping[str, Key], noun: str, *, prefix: str
) -> dict[str, Any]:
    """Every value read by its key. Raises InvalidValue, which names the closest key for an unknown one."""
    result = {}
    for name, value in values.items():
        if name not in keys:
            raise InvalidValue(f"unknown {noun} {name!r}{did_you_mean(name, [*keys, 'extend'])}")
        try:
            result[name] = keys[name].read(value)
        except InvalidValue as error:
            raise InvalidValue(f"{prefix}{name}: {error}") from None
    return result


def strings(value: object) -> tuple[str, ...]:
    """A list of strings."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) and item for item in value):
        raise InvalidValue(f"expected a list of strings, not {value!r}")
    return tuple(value)


def codes(value: object) -> tuple[str, ...]:
    """A list of rule codes or their beginnings, or ``ALL``."""
    try:
        return checked(strings(value))
    except UnknownCode as error:
        raise InvalidValue(str(error)) from None


def codes_by_pattern(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A table from path pattern to rule codes."""
    if not isinstance(value, Mapping):
        raise InvalidValue(f"expected a table of path patterns and lists of codes, not {value!r}")
    return tuple((str(pattern), codes(listed)) for pattern, listed in value.items())


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InvalidValue(f"expected true or false, not {value!r}")
    return value


def string(value: object) -> str:
    """A string."""
    if not isinstance(value, str) or not value:
        raise InvalidValue(f"expected a string, not {value!r}")
    return value


def one_of(choices: Iterable[str]) -> Reader:
    """One of some words."""
    known = tuple(choices)

    def read(value: object) -> str:
        word = string(value)
        if word not in known:
            raise InvalidValue(f"{word!r} is none of {', '.join(known)}{did_you_mean(word, known)}")
        return word

    read.__doc__ = f"One of {', '.join(f'`{word}`' for word in known)}."
    return read


def batch_sizes(value: object) -> tuple[int, ...]:
    """Two or more different positive batch sizes."""
    if (
        not isinstance(value, (list, tuple))
        or not all(_is_positive_int(item) for item in value)
        or len(set(value)) < 2
    ):
        raise InvalidValue(f"expected two or more different positive integers, not {value!r}")
    return tuple(value)


def positive(value: object) -> float:
    """A number above zero."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise InvalidValue(f"expected a number above zero, not {value!r}")
    return value


def positive_int(value: object) -> int:
    """An integer above zero."""
    if not _is_positive_int(value):
        raise InvalidValue(f"expected an integer above zero, not {value!r}")
    assert isinstance(value, int)
    return value


def texts_by_name(value: object) -> tuple[tuple[str, str], ...]:
    """A table of strings."""
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise InvalidValue(f"expected a table of strings, not {value!r}")
    return tuple((str(name), text) for name, text in value.items())


def confirm_table(value: object) -> dict[str, Any]:
    """The table ``[tool.losslint.confirm]``."""
    if not isinstance(value, Mapping):
        raise InvalidValue(f"expected a table, not {value!r}")
    return read_table(value, CONFIRM_KEYS, "key", prefix="")


def _is_positive_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


CONFIRM_KEYS: Mapping[str, Key] = {
    "python": Key(string, None, "the interpreter that has the framework"),
    "batch-sizes": Key(batch_sizes, None, "batch sizes to measure at"),
    "timeout": Key(positive, None, "seconds for one loss"),
    "memory-mb": Key(positive_int, None, "memory for one loss, in MiB"),
    "inputs": Key(texts_by_name, (), "inputs by name of the loss, as in a losslint: inputs comment"),
    "arguments": Key(texts_by_name, (), "what makes a loss: arguments by name of its class or factory"),
}

KEYS: Mapping[str, Key] = {
    "select": Key(codes, None, "rules to switch on, instead of the default ones"),
    "extend-select": Key(codes, (), "rules to switch on besides"),
    "ignore": Key(codes, (), "rules to switch off"),
    "per-file-ignores": Key(codes_by_pattern, (), "rules to switch off by path"),
    "exclude": Key(strings, DEFAULT_EXCLUDES, "paths left out of a walk, instead of the default ones"),
    "extend-exclude": Key(strings, (), "paths left out of a walk besides"),
    "force-exclude": Key(flag, False, "leave out excluded paths even where they are named"),
    "loss-names": Key(strings, (), "functions that are losses"),
    "not-losses": Key(strings, (), "functions that are no losses"),
    "batch-arguments": Key(strings, (), "names of parameters that carry the batch axis"),
    "other-arguments": Key(strings, (), "names of parameters that carry no batch axis"),
    "ops": Key(strings, (), "further tables of operations"),
    "baseline": Key(string, None, "the file of findings that are known and left out"),
    "output-format": Key(one_of(OUTPUT_FORMATS), None, "how findings are written"),
    "statistics": Key(flag, False, "count by rule"),
    "exit-zero": Key(flag, False, "exit with 0 even with findings"),
    "color": Key(one_of(COLORS), "auto", "colours on the terminal"),
    "cache-dir": Key(string, None, "where results are kept between runs"),
    "no-cache": Key(flag, False, "keep no results, and use none that are kept"),
    "jobs": Key(positive_int, None, "processes that work at the same time; one per processor"),
    "confirm": Key(confirm_table, {}, "what confirm needs"),
}

DEFAULTS: Mapping[str, Any] = {name: key.default for name, key in KEYS.items()}
