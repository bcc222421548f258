"""Configuration: from files and options to the settings in force for a path, and where each came from.

The closest ``.losslint.toml``, ``losslint.toml`` or ``pyproject.toml`` with a ``[tool.losslint]`` table rules
a file;
``extend`` names the file it inherits from; the command line is stronger than all. Keys are the options'
names.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from losslint import selection
from losslint.config_keys import DEFAULTS, KEYS, InvalidValue, read_table
from losslint.frozen import dataclass
from losslint.selection import Choice, Selection
from losslint.source.patterns import PathMatcher, PathPattern, compile_patterns
from losslint.suggest import is_almost

FILE_NAMES = (".losslint.toml", "losslint.toml", "pyproject.toml")
NAME = "losslint"
DEFAULT = "default"
COMMAND_LINE = "command line"


class ConfigError(Exception):
    """A configuration that cannot be used: the file (or option) at fault, and the reason in one line."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class AnalysisSettings(NamedTuple):
    """What configuration tells the analysis.

    Names may be glob patterns; ``ops`` are further tables of operations.
    """

    loss_names: tuple[str, ...] = ()
    not_losses: tuple[str, ...] = ()
    batch_arguments: tuple[str, ...] = ()
    other_arguments: tuple[str, ...] = ()
    ops: tuple[Path, ...] = ()


class ConfirmSettings(NamedTuple):
    """What configuration tells ``confirm``.

    None leaves it to confirm's own default. ``timeout`` is in seconds.
    """

    python: str | None = None
    batch_sizes: tuple[int, ...] | None = None
    timeout: float | None = None
    memory_mb: int | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    arguments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source of configuration says. ``base`` is the absolute directory its paths are relative to."""

    origin: str
    base: str
    values: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Settings:
    """Everything in force for one file or directory, as layers, the strongest last."""

    layers: tuple[Layer, ...]

    def value(self, key: str) -> Any:
        """The value of the strongest layer that gives one."""
        return self.origin_of(key).values[key]

    def origin_of(self, key: str) -> Layer:
        """The strongest layer that gives the key a value."""
        for layer in reversed(self.layers):
            if key in layer.values:
                return layer
        raise KeyError(key)

    @cached_property
    def selection(self) -> Selection:
        """Which rules are on."""
        return Selection(
            tuple(
                Choice(
                    layer.values.get("select"),
                    layer.values.get("extend-select", ()),
                    layer.values.get("ignore", ()),
                )
                for layer in self.layers
                if layer.origin != DEFAULT
            )
        )

    @cached_property
    def excluded(self) -> PathMatcher:
        """``exclude`` of the strongest layer that has one, and every layer's ``extend-exclude``."""
        layers = [self.origin_of("exclude")]
        patterns = [*_patterns(layers, "exclude"), *_patterns(self.layers, "extend-exclude")]
        return compile_patterns(tuple(patterns))

    @cached_property
    def analysis(self) -> AnalysisSettings:
        """The part that the analysis reads."""
        return AnalysisSettings(
            self.value("loss-names"),
            self.value("not-losses"),
            self.value("batch-arguments"),
            self.value("other-arguments"),
            tuple(Path(self.origin_of("ops").base, table) for table in self.value("ops")),
        )

    @cached_property
    def confirm(self) -> ConfirmSettings:
        """The part that ``confirm`` reads."""
        values: dict[str, Any] = {}
        for layer in self.layers:
            table = layer.values.get("confirm", {})
            values.update(table)
            if "python" in table:
                values["python"] = _interpreter(table["python"], layer.base)
        return ConfirmSettings(**{key.replace("-", "_"): value for key, value in values.items()})

    @property
    def baseline(self) -> str | None:
        """The file of known findings, if there is one."""
        layer = self.origin_of("baseline")
        file = layer.values["baseline"]
        return None if file is None else _shown(os.path.join(layer.base, os.path.expanduser(file)))

    def selects(self, code: str, path: str) -> bool:
        """Whether the rule is on for this file (absolute path)."""
        return self.selection.selects(code) and not selection.matches(code, self._ignored_in(path))

    def _ignored_in(self, path: str) -> list[str]:
        layer = self.origin_of("per-file-ignores")
        ignored: list[str] = []
        for pattern, codes in layer.values["per-file-ignores"]:
            # "!tests/" means every file that is not in tests/.
            matcher = compile_patterns((PathPattern(pattern.removeprefix("!"), layer.base),))
            if matcher.matches_file(path) != pattern.startswith("!"):
                ignored.extend(codes)
        return ignored


def _interpreter(given: str, base: str) -> str:
    """A path beside the configuration that names it, if there is one; else a command such as ``python3.12``."""
    path = os.path.join(base, os.path.expanduser(given))
    return path if os.path.exists(path) else given


def _patterns(layers: Sequence[Layer], key: str) -> list[PathPattern]:
    return [PathPattern(text, layer.base) for layer in layers for text in layer.values.get(key, ())]


def command_line(values: Mapping[str, Any]) -> Layer:
    """A layer of options. Raises ConfigError for a value that is none, an unknown rule code for instance."""
    try:
        return Layer(COMMAND_LINE, os.getcwd(), read_table(values, KEYS, "option", prefix="--"))
    except InvalidValue as error:
        raise ConfigError(COMMAND_LINE, str(error)) from None


class Configuration:
    """Finds the settings in force for a directory, and remembers what it found.

    ``only`` is the file given with ``--config``; ``isolated`` reads no file at all.
    """

    def __init__(self, options: Layer, *, only: str | None = None, isolated: bool = False) -> None:
        self._options = options
        self._isolated = isolated
        self._fixed = self._load_named(only) if only is not None and not isolated else None
        self._by_directory: dict[str, tuple[Layer, ...] | ConfigError] = {}
        self._warnings: list[str] = []
        self._interned: dict[tuple[int, ...], Settings] = {}

    def for_file(self, path: str) -> Settings:
        """The settings for a file, which need not exist. Raises ConfigError."""
        return self.for_directory(os.path.dirname(os.path.abspath(path)))

    def for_directory(self, directory: str) -> Settings:
        """The settings for the files of a directory. Raises ConfigError, the same one each time."""
        layers = self._fixed if self._fixed is not None else self._closest(os.path.abspath(directory))
        if isinstance(layers, ConfigError):
            raise layers
        return self._settings(layers)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks like a mistake in the files that were met so far."""
        return tuple(self._warnings)

    def closest_base(self, directory: str) -> str | None:
        """The directory of the file that rules another one; None if there is none or it was given by name."""
        layers = () if self._fixed is not None else self._closest(os.path.abspath(directory))
        return layers[-1].base if layers and not isinstance(layers, ConfigError) else None

    def without_files(self) -> Settings:
        """The settings of the command line alone."""
        return self._settings(())

    def _settings(self, layers: tuple[Layer, ...]) -> Settings:
        """One object for the same layers, so that what is derived from them is derived once."""
        key = tuple(id(layer) for layer in layers)
        if key not in self._interned:
            self._interned[key] = Settings((DEFAULT_LAYER, *layers, self._options))
        return self._interned[key]

    def _closest(self, directory: str) -> tuple[Layer, ...] | ConfigError:
        if self._isolated:
            return ()
        if directory not in self._by_directory:
            self._by_directory[directory] = self._find(directory)
        return self._by_directory[directory]

    def _find(self, directory: str) -> tuple[Layer, ...] | ConfigError:
        for name in FILE_NAMES:
            path = os.path.join(directory, name)
            if os.path.isfile(path):
                try:
                    layers = load(path)
                except ConfigError as error:
                    return error
                if layers is not None:
                    return layers
                self._warnings.extend(_misspelt(path))
        parent = os.path.dirname(directory)
        return () if parent == directory else self._closest(parent)

    @staticmethod
    def _load_named(path: str) -> tuple[Layer, ...]:
        layers = load(os.path.abspath(path))
        if layers is None:
            raise ConfigError(path, "has no [tool.losslint] table")
        return layers


DEFAULT_LAYER = Layer(DEFAULT, os.sep, DEFAULTS)


def load(path: str) -> tuple[Layer, ...] | None:
    """The layers of a configuration file, those that it extends first; None for a pyproject.toml without our
    table.

    Raises ConfigError.
    """
    layers: dict[str, Layer] = {}
    target: str | None = path
    while target is not None:
        if target in layers:
            between = [layer.origin for layer in layers.values()][list(layers).index(target) + 1 :]
            way = f" through {', '.join(between)}" if between else ""
            raise ConfigError(_shown(target), f"extends itself{way}")
        table = _table(target, _shown(target))
        if table is None:
            if not layers:
                return None
            last = next(reversed(layers.values()))
            raise ConfigError(
                last.origin, f"'extend' names {_shown(target)}, which has no [tool.losslint] table"
            )
        layers[target], target = _layer(target, table)
    return tuple(reversed(layers.values()))


def _layer(path: str, table: Mapping[str, Any]) -> tuple[Layer, str | None]:
    """What one file says, and the file that it extends. Raises ConfigError."""
    shown = _shown(path)
    values = dict(table)
    parent = values.pop("extend", None)
    try:
        layer = Layer(shown, os.path.dirname(path), read_table(values, KEYS, "key", prefix=""))
    except InvalidValue as error:
        raise ConfigError(shown, f"{error}") from None
    _check_tables(layer)
    if parent is None:
        return layer, None
    if not isinstance(parent, str):
        raise ConfigError(shown, f"'extend' is the path of a configuration file, not {parent!r}")
    return layer, os.path.normpath(os.path.join(layer.base, os.path.expanduser(parent)))


def _table(path: str, shown: str) -> Mapping[str, Any] | None:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(shown, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    is_project = os.path.basename(path) == "pyproject.toml"
    # Most projects say nothing to losslint, and reading all of their TOML is not free.
    if is_project and b"losslint" not in data:
        return None
    document = _parse_toml(data, shown)
    if not is_project:
        return document
    tool = document.get("tool", {})
    table = tool.get("losslint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(shown, f"tool.losslint is a table, not {table!r}")
    return table


_HEADER = r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*[\"']?([\w-]+)"


def _misspelt(path: str) -> Iterator[str]:
    """A warning if a pyproject.toml without our table has one whose name is almost that."""
    text = Path(path).read_bytes().decode("utf-8", "replace")
    for name in dict.fromkeys(re.findall(_HEADER, text, re.MULTILINE)):
        if name != NAME and is_almost(name, NAME):
            yield f"{_shown(path)}: nobody reads [tool.{name}]; did you mean [tool.{NAME}]?"


def _parse_toml(data: bytes, shown: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(f"{shown}:{line}", "not valid TOML: not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(shown, f"not valid TOML: {_one_line(str(error))}") from None


def _check_tables(layer: Layer) -> None:
    for table in layer.values.get("ops", ()):
        if not os.path.isfile(os.path.join(layer.base, table)):
            raise ConfigError(layer.origin, f"'ops' names {table}, which is no file")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shown(path: str) -> str:
    """Relative to the working directory where that is shorter to read."""
    inside = os.path.relpath(path)
    return path if inside.startswith(os.pardir) else inside
