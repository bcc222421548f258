"""The settings in force, as TOML with the origin of each, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from losslint.config import Settings
from losslint.config_keys import CONFIRM_KEYS, KEYS
from losslint.report.json_report import VERSION, encode
from losslint.rules import _registry

ADDING = ("extend-select", "ignore", "extend-exclude")
"""Keys of which every layer counts, and not only the strongest."""


def render_settings(settings: Settings, path: str) -> Iterator[str]:
    """TOML that would give the same settings; behind each key where its value came from."""
    yield f"# settings in force for {path}\n"
    yield f"# rules in force: {', '.join(_rules(settings))}\n"
    for key in KEYS:
        value, origin = _in_force(settings, key)
        if key != "confirm" and value is not None:
            yield f"{key} = {_toml(value)}  # {origin}\n"
    found = {key: _confirm_value(settings, key) for key in CONFIRM_KEYS}
    if any(found.values()):
        yield "\n[confirm]\n"
    for key, given in found.items():
        if given is not None:
            yield f"{key} = {_toml(given[0])}  # {given[1]}\n"


def render_settings_json(settings: Settings, path: str) -> Iterator[str]:
    """Each key with its value and its origin, and the codes of the rules that are on."""
    in_force = {key: _in_force(settings, key) for key in KEYS}
    yield encode(
        {
            "version": VERSION,
            "path": path,
            "rules": _rules(settings),
            "settings": {
                key: {"value": _plain(value), "origin": origin} for key, (value, origin) in in_force.items()
            },
        }
    )


def _rules(settings: Settings) -> list[str]:
    return [code for code in _registry.codes() if settings.selection.selects(code)]


def _in_force(settings: Settings, key: str) -> tuple[Any, str]:
    """The value and its origin; of a key that adds up, what all layers give and all their origins."""
    givers = [layer for layer in settings.layers if layer.values.get(key)]
    if key not in ADDING or not givers:
        return settings.value(key), settings.origin_of(key).origin
    added = tuple(dict.fromkeys(item for layer in givers for item in layer.values[key]))
    return added, ", ".join(layer.origin for layer in givers)


def _confirm_value(settings: Settings, key: str) -> tuple[Any, str] | None:
    for layer in reversed(settings.layers):
        if key in layer.values.get("confirm", {}):
            return layer.values["confirm"][key], layer.origin
    return None


def _toml(value: Any) -> str:
    """A value of the configuration as TOML; JSON's strings, numbers and flags are TOML's too."""
    plain = _plain(value)
    if isinstance(plain, Mapping):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(item)}" for name, item in plain.items()) + "}"
    if isinstance(plain, list):
        return "[" + ", ".join(_toml(item) for item in plain) + "]"
    return json.dumps(plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Tables are kept as pairs, so that settings are hashable; here they become tables again."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        if value and all(isinstance(item, tuple) for item in value):
            return {name: _plain(item) for name, item in value}
        return [_plain(item) for item in value]
    return value
