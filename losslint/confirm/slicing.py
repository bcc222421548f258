"""A loss without its module: the function, what it refers to, and the imports, each allowed to fail.

Scripts that train when they are imported, and modules whose imports are not installed, are measured this way.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from losslint.confirm.locate import Candidate

Named = dict[str, list[ast.stmt]]


def slice_of(tree: ast.Module, candidate: Candidate, package: str = "") -> str:
    """The text of a module that defines the candidate under its own qualified name, and little else.

    ``package`` is what relative imports are relative to.
    """
    definitions = _definitions(tree.body)
    top = candidate.parents[0] if candidate.parents else candidate.definition
    root = _without_decorators(_pruned(candidate))
    name = _name_of(top)
    needed = _closure([root], definitions, {name} if name else set())
    ordered = [s for s in _flat(tree.body) if s in needed and s is not top]
    imports = [s for s in _flat(tree.body) if isinstance(s, ast.Import | ast.ImportFrom)]
    body = [_guarded(_absolute(s, package)) for s in imports if not _is_future(s)]
    body += [s for s in ordered if not isinstance(s, ast.Import | ast.ImportFrom)]
    body.append(root)
    future = "from __future__ import annotations\n"
    return future + "\n".join(ast.unparse(ast.fix_missing_locations(s)) for s in body) + "\n"


def _without_decorators(statement: ast.stmt) -> ast.stmt:
    """A copy whose decorators may fail: registration is no part of what is measured."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.decorator_list:
        kept = [d for d in statement.decorator_list if _is_plain(d)]
        copy = type(statement)(**{**dict(ast.iter_fields(statement)), "decorator_list": kept})
        return ast.copy_location(copy, statement)
    return statement


def _is_plain(decorator: ast.expr) -> bool:
    text = ast.unparse(decorator)
    return text.startswith(
        ("staticmethod", "classmethod", "property", "dataclass", "functools", "contextlib")
    )


def _pruned(candidate: Candidate) -> ast.stmt:
    """What defines the candidate at the top of a module.

    That is itself, its whole class, or the function around it, cut down to what it needs.
    """
    statement = candidate.definition
    for parent in reversed(candidate.parents):
        if isinstance(parent, ast.ClassDef):
            return candidate.parents[0]
        statement = _cut_down(parent, statement)
    return statement


def _cut_down(factory: ast.FunctionDef | ast.AsyncFunctionDef, inner: ast.stmt) -> ast.stmt:
    body = [s for s in _flat(factory.body) if isinstance(s, _SIMPLE)]
    needed = _closure([inner], _definitions(body), {_name_of(inner)})
    kept = [s for s in body if s in needed and _name_of(s) != _name_of(inner)]
    result = ast.Return(ast.Name(_name_of(inner), ast.Load()))
    used = _names([*kept, inner])
    arguments = _only(factory.args, used)
    return ast.FunctionDef(
        name=factory.name, args=arguments, body=[*kept, inner, result], decorator_list=[], lineno=1
    )


_SIMPLE = (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def _only(arguments: ast.arguments, used: set[str]) -> ast.arguments:
    """The parameters that are used, all by position and without defaults that may not exist any more."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    defaults: list[ast.expr | None] = [None] * (len(arguments.posonlyargs) + len(arguments.args))
    if arguments.defaults:
        defaults[-len(arguments.defaults) :] = arguments.defaults
    pairs = [(a, d) for a, d in zip(every, [*defaults, *arguments.kw_defaults], strict=True) if a.arg in used]
    return ast.arguments(
        posonlyargs=[],
        args=[],
        kwonlyargs=[ast.arg(a.arg) for a, _ in pairs],
        kw_defaults=[d for _, d in pairs],
        defaults=[],
    )


def _name_of(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else ""
    return str(getattr(statement, "name", ""))


def _flat(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a scope, with ``if``, ``try`` and ``with`` opened (a loop is the script's own work)."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield from _flat([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.Try):
            yield from _flat([*statement.body, *(s for h in statement.handlers for s in h.body)])
        elif isinstance(statement, ast.With):
            yield from _flat(statement.body)
        else:
            yield statement


def _definitions(body: Iterable[ast.stmt]) -> Named:
    """Which statements bind each name."""
    found: Named = {}
    for statement in _flat(body):
        for name in _bound(statement):
            found.setdefault(name, []).append(statement)
    return found


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        for alias in statement.names:
            yield (alias.asname or alias.name).split(".")[0]
    elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}


def _closure(start: list[ast.stmt], definitions: Named, have: set[str]) -> set[ast.stmt]:
    """Every statement that the starting ones need, directly or through others."""
    needed: set[ast.stmt] = set()
    waiting, seen = _names(start) - set(dir(builtins)), set(have)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for statement in definitions.get(name, ()):
            if statement not in needed:
                needed.add(statement)
                waiting |= _names([statement])
    return needed


def _guarded(statement: ast.Import | ast.ImportFrom) -> ast.stmt:
    """The import inside a ``try``: what is missing matters only if the loss uses it.

    ``__absent__`` is there when the slice is run; what it binds says what is missing to whoever computes with it.
    """
    module = f"{statement.module}." if isinstance(statement, ast.ImportFrom) else ""
    named = ((alias.asname or alias.name.partition(".")[0], module + alias.name) for alias in statement.names)
    calls = [f"__absent__(globals(), {name!r}, {full!r})" for name, full in named if name != "*"]
    handler = ast.ExceptHandler(
        type=ast.Name("Exception", ast.Load()), name=None, body=ast.parse("\n".join(calls) or "pass").body
    )
    return ast.Try(body=[statement], handlers=[handler], orelse=[], finalbody=[])


def _absolute(statement: ast.Import | ast.ImportFrom, package: str) -> ast.Import | ast.ImportFrom:
    if isinstance(statement, ast.Import) or not statement.level or not package:
        return statement
    parts = package.split(".")
    base = parts[: len(parts) - statement.level + 1]
    return ast.ImportFrom(".".join([*base, *filter(None, [statement.module])]), statement.names, 0)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
