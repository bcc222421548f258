"""What the editor says: initialisation options, ``didChangeConfiguration``, or its answer to being asked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from losslint import config_keys as keys
from losslint.config import ConfigError, Configuration, Layer, Settings
from losslint.config_keys import InvalidValue, Key
from losslint.suggest import did_you_mean

SECTION = "losslint"
EDITOR = "editor settings"


def milliseconds(value: object) -> int:
    """A whole number from zero."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidValue(f"expected a number of milliseconds, not {value!r}")
    return value


KEYS: Mapping[str, Key] = {
    "config": Key(keys.string, None, "read this configuration file and no other"),
    "isolated": Key(keys.flag, False, "read no configuration file"),
    "select": Key(keys.codes, None, keys.KEYS["select"].help),
    "extendSelect": Key(keys.codes, None, keys.KEYS["extend-select"].help),
    "ignore": Key(keys.codes, None, keys.KEYS["ignore"].help),
    "python": Key(keys.string, None, "the interpreter or environment that runs losses"),
    "unsafeFixes": Key(keys.flag, False, "offer fixes that may change what is meant, too"),
    "inlayHints": Key(keys.flag, True, "show the degree of each assignment in a loss"),
    "codeLens": Key(keys.flag, True, "show above each loss what is inferred, and the command that runs it"),
    "delay": Key(milliseconds, 200, "milliseconds from the last key press to the analysis"),
}
"""Everything the editor can set, by name; in kebab-case too, as in configuration files."""

_RULES = {"select": "select", "extendSelect": "extend-select", "ignore": "ignore"}
"""Settings that are keys of a configuration file."""


@dataclass(frozen=True)
class EditorSettings:
    """The settings of one folder. ``problems`` are values that were not understood, one line each."""

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def value(self, key: str) -> Any:
        """A setting, or its default."""
        return self.values.get(key, KEYS[key].default)

    def layer(self, base: str) -> Layer:
        """What they say of rules, as a layer of configuration."""
        values = {key: self.values[name] for name, key in _RULES.items() if name in self.values}
        return Layer(EDITOR, base, values)


def read_settings(given: object, earlier: EditorSettings | None = None) -> EditorSettings:
    """Settings as the client sends them, over earlier ones. What is wrong in them leaves the rest as it is."""
    table = given.get(SECTION, given) if isinstance(given, Mapping) else given
    if not isinstance(table, Mapping):
        return earlier or EditorSettings()
    values = dict(earlier.values) if earlier is not None else {}
    problems = []
    for name, value in table.items():
        key = re.sub(r"-(\w)", lambda match: match[1].upper(), str(name))
        if value is None:
            continue
        if key not in KEYS:
            problems.append(f"unknown setting {SECTION}.{name}{did_you_mean(key, KEYS)}")
            continue
        try:
            values[key] = KEYS[key].read(value)
        except InvalidValue as error:
            problems.append(f"setting {SECTION}.{name}: {error}")
    return EditorSettings(values, tuple(problems))


class Project:
    """A folder of the workspace, or what lies in none of them (``root`` None), with its settings."""

    def __init__(self, root: str | None, editor: EditorSettings) -> None:
        self.root = root
        self.editor = editor
        self._configuration: Configuration | ConfigError | None = None

    @property
    def base(self) -> str:
        """The directory that relative paths are relative to."""
        return self.root or os.getcwd()

    def configuration(self) -> Configuration:
        """The configuration files and the editor's settings over them. Raises ConfigError, the same one each time."""
        if self._configuration is None:
            named = self.editor.value("config")
            try:
                self._configuration = Configuration(
                    self.editor.layer(self.base),
                    only=os.path.join(self.base, os.path.expanduser(named)) if named else None,
                    isolated=self.editor.value("isolated"),
                )
            except ConfigError as error:
                self._configuration = error
        if isinstance(self._configuration, ConfigError):
            raise self._configuration
        return self._configuration

    def settings_for(self, path: str) -> tuple[Settings, ConfigError | None]:
        """What is in force for a file; where a configuration cannot be used, without it, and what is wrong with it."""
        try:
            return self.configuration().for_file(path), None
        except ConfigError as error:
            return Configuration(self.editor.layer(self.base)).without_files(), error

    def forget(self) -> None:
        """Read configuration files anew."""
        self._configuration = None

    def leaves_out(self, path: str, settings: Settings) -> bool:
        """Whether a run on the folder would not check this file, or it belongs to an installed package."""
        if self.root is None:
            return bool(_INSTALLED.intersection(path.split(os.sep)))
        inside = os.path.relpath(path, self.root)
        entry, names = self.root, inside.split(os.sep)
        excluded = settings.excluded.entering(self.root)
        for number, name in enumerate(names, 1):
            entry = os.path.join(entry, name)
            if excluded.matches_entry(entry, is_directory=number < len(names)):
                return True
        return False


_INSTALLED = frozenset({"site-packages", "dist-packages"})


class Projects:
    """All folders of the workspace."""

    def __init__(self) -> None:
        self.loose = Project(None, EditorSettings())
        self._by_root: dict[str, Project] = {}

    def __iter__(self) -> Any:
        return iter((*self._by_root.values(), self.loose))

    def open(self, roots: list[str]) -> None:
        """Have these folders; what is known of one that stays is kept, and a new one has the common settings."""
        self._by_root = {root: self._by_root.get(root) or Project(root, self.loose.editor) for root in roots}

    @property
    def roots(self) -> list[str]:
        """The folders."""
        return list(self._by_root)

    def of(self, path: str) -> Project:
        """The project of a file: the innermost folder that holds it."""
        holding = [root for root in self._by_root if path.startswith(os.path.join(root, ""))]
        return self._by_root[max(holding, key=len)] if holding else self.loose

    def configure(self, root: str | None, given: object) -> EditorSettings:
        """Give a folder its settings (None: what lies in no folder), over the defaults."""
        project = self._by_root[root] if root is not None else self.loose
        project.editor = read_settings(given)
        project.forget()
        return project.editor
