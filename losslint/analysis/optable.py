"""Operation tables: what a framework's calls do, by dotted name. The format is described in ``rules/ops/README.md``."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from losslint.frozen import dataclass

from .values import Const, Seq, Value

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REQUIRED: Any = object()


class TableError(ValueError):
    """An operation table that cannot be used; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Roles in positional order with their defaults; ``rest`` collects further positional arguments."""

    roles: tuple[tuple[str, Any], ...]
    rest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Signature:
        """Read ``"x, axis=None, *xs, ..."``. Raises ValueError."""
        roles: list[tuple[str, Any]] = []
        rest = None
        text = re.sub(r",?\s*\.\.\.\s*$", "", text.strip())
        if not text:
            return cls(())
        arguments = ast.parse(f"def f({text}): pass").body[0].args  # type: ignore[attr-defined]
        if arguments.vararg:
            rest = arguments.vararg.arg
        positional = arguments.args
        defaults = [REQUIRED] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
        for argument, default in zip(positional, defaults, strict=True):
            roles.append((argument.arg, default if default is REQUIRED else ast.literal_eval(default)))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            roles.append((argument.arg, REQUIRED if default is None else ast.literal_eval(default)))
        return cls(tuple(roles), rest)


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry: the handler's kind and variant, the signature, further parameters, and the framework."""

    kind: str
    how: str
    signature: Signature
    parameters: Mapping[str, Any]
    framework: str

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter of the entry."""
        return self.parameters.get(name, default)

    def bind(
        self, args: Sequence[Value], kwargs: Mapping[str, Value], synonyms: Mapping[str, frozenset[str]]
    ) -> dict[str, Value]:
        """Arguments by role. What fits no role is dropped; a missing one takes its default or stays absent."""
        names = [name for name, _ in self.signature.roles]
        bound: dict[str, Value] = dict(zip(names, args, strict=False))
        if self.signature.rest is not None and len(args) > len(names):
            bound[self.signature.rest] = Seq(tuple(args[len(names) :]))
        own = self.parameters.get("keywords", {})
        for keyword, value in kwargs.items():
            role = own.get(keyword) or (keyword if keyword in names else None)
            if role is None:
                fitting = (name for name in names if keyword in synonyms.get(name, ()) and name not in bound)
                role = next(fitting, keyword)
            bound[role] = value
        for name, default in self.signature.roles:
            if name not in bound and default is not REQUIRED:
                bound[name] = constant_value(default)
        for name, default in self.parameters.items():
            if name in KNOWN_PARAMETER_ROLES and name not in bound:
                bound[name] = constant_value(default)
        return bound


KNOWN_PARAMETER_ROLES = {"axis", "axis1", "axis2", "keepdims", "ord", "reduction"}


def constant_value(literal: Any) -> Value:
    """A Python literal as a value."""
    if isinstance(literal, (tuple, list)):
        return Seq(tuple(constant_value(item) for item in literal))
    return Const(literal)


@dataclass(frozen=True, eq=False)
class OpTable:
    """All operations by name, and the prefixes that mean the same place."""

    operations: Operations
    aliases: Mapping[str, str]
    synonyms: Mapping[str, frozenset[str]]
    _canonical: dict[str, str] = field(default_factory=dict)

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """Every name and alias of the tables, and every module on the way to one."""
        names = (name.removesuffix("()") for name in (*self.operations, *self.aliases))
        return frozenset(prefix for name in names for prefix in accumulate(name.split("."), "{}.{}".format))

    @cached_property
    def of_strategies(self) -> frozenset[str]:
        """The attributes by which a ``tf.distribute`` strategy is known."""
        return frozenset(
            name.removeprefix("Strategy.") for name in self.operations if name.startswith("Strategy.")
        )

    def canonical(self, name: str) -> str:
        """The name at the end of its alias chain, or the first on the way that has an entry."""
        known = self._canonical.get(name)
        if known is None:
            known = self._canonical[name] = self._follow(name)
        return known

    def _follow(self, name: str) -> str:
        seen = {name}
        while name not in self.operations and f"{name}()" not in self.operations:
            prefix = name
            while prefix and prefix not in self.aliases:
                prefix = prefix.rpartition(".")[0]
            if not prefix:
                break
            name = self.aliases[prefix] + name[len(prefix) :]
            if name in seen:
                break
            seen.add(name)
        return name

    def find(self, name: str) -> Operation | None:
        """The operation of that dotted name, under any alias."""
        return self.operations.get(self.canonical(name))

    def with_files(self, paths: Iterable[Path]) -> OpTable:
        """This table and those in further files; later entries replace earlier ones. Raises TableError."""
        operations, aliases = self.operations, dict(self.aliases)
        for path in paths:
            operations = operations.with_more(_load(path, aliases))
        return OpTable(operations, aliases, self.synonyms)


class Operations(Mapping[str, Operation]):
    """Operations by name. One that is not read yet is an ``_Entry``, and is read when somebody asks for it."""

    def __init__(self, known: Mapping[str, Operation | _Entry]) -> None:
        self._known = dict(known)

    def __getitem__(self, name: str) -> Operation:
        found = self._known[name]
        if isinstance(found, Operation):
            return found
        operation = self._known[name] = _read(found)
        return operation

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def with_more(self, more: Mapping[str, Operation]) -> Operations:
        """These and others, which replace those of the same name."""
        return Operations({**self._known, **more})


class _Entry(NamedTuple):
    """An entry of a table as it is written."""

    path: Path
    framework: str
    text: str


OPENING = "\n[[ops]]\n"
"""What stands before each entry of our own tables."""
_NAMES = re.compile(r"^names = \[([^]]*)\]", re.MULTILINE)
_NAME = re.compile(r'"([^"]+)"')


def _load(path: Path, aliases: dict[str, str]) -> dict[str, Operation]:
    """The operations of a table that somebody has written. Raises TableError."""
    try:
        table = _toml(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read: {error}") from error
    aliases.update(table.get("aliases", {}))
    framework = table.get("framework", "custom")
    operations = {}
    for entry in table.get("ops", ()):
        operation = _operation(path, entry, framework)
        operations.update(dict.fromkeys(entry["names"], operation))
    return operations


def _load_own(path: Path, aliases: dict[str, str]) -> dict[str, _Entry]:
    """The operations of one of our own tables by name. All are laid out alike, so that few have to be read as TOML."""
    head, *texts = path.read_text(encoding="utf-8").split(OPENING)
    table = _toml(path, head)
    aliases.update(table.get("aliases", {}))
    operations = {}
    for text in texts:
        entry = _Entry(path, table["framework"], text)
        for names in _NAMES.findall(text):
            operations.update(dict.fromkeys(_NAME.findall(names), entry))
    return operations


@cache
def _read(entry: _Entry) -> Operation:
    return _operation(entry.path, _toml(entry.path, entry.text), entry.framework)


def _toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TableError(f"{path}: not valid TOML: {error}") from error


def _operation(path: Path, entry: Mapping[str, Any], framework: str) -> Operation:
    text = entry.get("signature", "...")
    for required in ("kind", "names"):
        if required not in entry:
            raise TableError(f"{path}: an entry lacks {required!r}")
    try:
        signature = _signature(text)
    except (SyntaxError, ValueError) as error:
        raise TableError(f"{path}: the signature {text!r} is not one: {error}") from error
    parameters = {k: v for k, v in entry.items() if k not in ("kind", "how", "signature", "names")}
    return Operation(entry["kind"], entry.get("how", ""), signature, parameters, framework)


@cache
def _signature(text: str) -> Signature:
    return Signature.parse(text)


@cache
def builtin_table() -> OpTable:
    """The tables that come with losslint."""
    from losslint import rules

    folder = Path(next(iter(rules.__path__))) / "ops"
    operations: dict[str, _Entry] = {}
    aliases: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.stem not in ("keywords", "unlisted"):
            operations.update(_load_own(path, aliases))
    roles = _toml(folder, (folder / "keywords.toml").read_text(encoding="utf-8"))["roles"]
    synonyms = {role: frozenset(words) for role, words in roles.items()}
    return OpTable(Operations(operations), aliases, synonyms)
