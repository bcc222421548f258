"""The settings in force, as TOML with the origin of each, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from losslint.config import Settings
from losslint.config_keys import CONFIRM_KEYS, KEYS
from losslint.report.json_report import VERSION, encode


def render_settings(settings: Settings, path: str) -> Iterator[str]:
    """TOML that would give the same settings; behind each key where its value came from."""
    yield f"# in force for {path}\n"
    for key in KEYS:
        value, origin = settings.value(key), settings.origin_of(key).origin
        if key == "confirm" or value is None:
            continue
        yield f"{key} = {_toml(value)}  # {origin}\n"
    yield "\n[confirm]\n"
    for key in CONFIRM_KEYS:
        layer = _confirm_layer(settings, key)
        if layer is not None:
            yield f"{key} = {_toml(layer[0])}  # {layer[1]}\n"


def render_settings_json(settings: Settings, path: str) -> Iterator[str]:
    """Each key with its value and its origin."""
    yield encode(
        {
            "version": VERSION,
            "path": path,
            "settings": {
                key: {"value": _plain(settings.value(key)), "origin": settings.origin_of(key).origin}
                for key in KEYS
            },
        }
    )


def _confirm_layer(settings: Settings, key: str) -> tuple[Any, str] | None:
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
