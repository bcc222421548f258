"""Operation tables: what a framework's calls do, by dotted name. The format is described in ``rules/ops/README.md``."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

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

    operations: Mapping[str, Operation]
    aliases: Mapping[str, str]
    synonyms: Mapping[str, frozenset[str]]
    _canonical: dict[str, str] = field(default_factory=dict)

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """Every name and alias of the tables, and every module on the way to one."""
        names = (name.removesuffix("()") for name in (*self.operations, *self.aliases))
        return frozenset(prefix for name in names for prefix in accumulate(name.split("."), "{}.{}".format))

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
        operations, aliases = dict(self.operations), dict(self.aliases)
        for path in paths:
            _load(path, operations, aliases)
        return OpTable(operations, aliases, self.synonyms)


def _load(path: Path, operations: dict[str, Operation], aliases: dict[str, str]) -> None:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise TableError(f"{path}: not valid TOML: {error}") from error
    framework = table.get("framework", "custom")
    aliases.update(table.get("aliases", {}))
    signatures: dict[str, Signature] = {}
    for entry in table.get("ops", ()):
        text = entry.get("signature", "...")
        try:
            signature = signatures.get(text) or signatures.setdefault(text, Signature.parse(text))
            kind, names = entry["kind"], entry["names"]
        except (SyntaxError, ValueError) as error:
            raise TableError(f"{path}: the signature {text!r} is not one: {error}") from error
        except KeyError as error:
            raise TableError(f"{path}: an entry lacks {error}") from error
        parameters = {k: v for k, v in entry.items() if k not in ("kind", "how", "signature", "names")}
        operation = Operation(kind, entry.get("how", ""), signature, parameters, framework)
        for name in names:
            operations[name] = operation


@cache
def builtin_table() -> OpTable:
    """The tables that come with losslint."""
    from losslint import rules

    folder = Path(next(iter(rules.__path__))) / "ops"
    operations: dict[str, Operation] = {}
    aliases: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.stem not in ("keywords", "unlisted"):
            _load(path, operations, aliases)
    roles = tomllib.loads((folder / "keywords.toml").read_text(encoding="utf-8"))["roles"]
    synonyms = {role: frozenset(words) for role, words in roles.items()}
    return OpTable(operations, aliases, synonyms)
