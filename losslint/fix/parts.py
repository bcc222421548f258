"""A large file in parts: a fix is proved on what can depend on it, and not on everything that stands beside it.

A part is the text with other definitions of the module as comments, line for line, so that every position stays what
it is. Kept are the definitions that a fix may change (that of the finding, and those it mentions, at any remove),
whatever mentions them, whatever those mention in turn, and all that is no definition. What is left out cannot tell
the difference, or is not followed by the analysis either.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from losslint.model import Edit, Finding
from losslint.source.text import SourceText, parse

FEW = 4
"""With findings in at most so many definitions a file is proved as a whole: parts would save nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some findings and the text on which their fixes are proved.

    ``changing``: the lines that a fix may change. ``fixed``: those of all other definitions, where nothing may change.
    """

    findings: tuple[Finding, ...]
    source: SourceText
    changing: frozenset[int] = frozenset()
    fixed: frozenset[int] = frozenset()

    def allows(self, edits: Iterable[Edit]) -> bool:
        """Whether the part shows all that edits can do: new lines between definitions do no harm elsewhere."""
        for edit in edits:
            span = edit.span
            lines = range(span.line, span.end_line + 1)
            replaces = (span.line, span.column) != (span.end_line, span.end_column)
            if not self.fixed.isdisjoint(lines) or (replaces and not self.changing.issuperset(lines)):
                return False
        return True


def parts(source: SourceText, findings: Sequence[Finding]) -> tuple[Part, ...]:
    """The findings by what their fixes can change; one part, the file as it is, where that is everything.

    Raises ParseFailure.
    """
    whole = (Part(tuple(findings), source),)
    if len(findings) <= FEW or type(source) is not SourceText:  # a notebook's text hangs on its cells
        return whole
    tree = parse(source)
    holders = _holders([node for node in tree.body if isinstance(node, DEFINITIONS)], findings)
    if len(set(holders)) <= FEW or None in holders:
        return whole
    mentions, mentioned_by = _mentions(tree.body)
    numbers = {id(node): number for number, node in enumerate(tree.body)}
    named = {node.name: number for number, node in enumerate(tree.body) if isinstance(node, DEFINITIONS)}
    grouped: dict[frozenset[int], list[Finding]] = defaultdict(list)
    for finding, holder in zip(findings, holders, strict=True):
        number = numbers[id(holder)]  # of a helper's flaw the loss is another definition
        grouped[frozenset({number, named.get((finding.function or "").partition(".")[0], number)})].append(
            finding
        )
    return tuple(
        _part(source, tree.body, start, group, mentions, mentioned_by) for start, group in grouped.items()
    )


def _part(
    source: SourceText,
    body: Sequence[ast.stmt],
    start: frozenset[int],
    findings: Sequence[Finding],
    mentions: Mapping[int, set[int]],
    mentioned_by: Mapping[int, set[int]],
) -> Part:
    every = {number for number, node in enumerate(body) if isinstance(node, DEFINITIONS)}
    changing = _reached(start, mentions) & every
    needed = _reached(_reached(changing, mentioned_by), mentions)
    partial = _without(source, [body[number] for number in sorted(every - needed)])

    def lines(numbers: Iterable[int]) -> frozenset[int]:
        return frozenset(line for number in numbers for line in _lines(body[number]))

    return Part(tuple(findings), partial, lines(changing), lines(every - changing))


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _holders(nodes: Sequence[ast.stmt], findings: Sequence[Finding]) -> list[ast.stmt | None]:
    """The definition of the module in which each finding stands."""
    by_line = {line: node for node in nodes for line in _lines(node)}
    return [by_line.get(finding.span.line) for finding in findings]


def _lines(node: ast.stmt) -> range:
    """The lines of a statement, its decorators included."""
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    return range(first, (node.end_lineno or node.lineno) + 1)


def _mentions(body: Sequence[ast.stmt]) -> tuple[Mapping[int, set[int]], Mapping[int, set[int]]]:
    """Which statements name what which others bind, and the same the other way round."""
    bound: dict[str, list[int]] = defaultdict(list)
    for number, statement in enumerate(body):
        for name in _bound(statement):
            bound[name].append(number)
    mentions: dict[int, set[int]] = defaultdict(set)
    mentioned_by: dict[int, set[int]] = defaultdict(set)
    for number, statement in enumerate(body):
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        for other in {other for name in names & bound.keys() for other in bound[name]} - {number}:
            mentions[number].add(other)
            mentioned_by[other].add(number)
    return mentions, mentioned_by


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of the module binds, in whatever branch."""
    if isinstance(statement, DEFINITIONS):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _reached(start: Iterable[int], edges: Mapping[int, set[int]]) -> frozenset[int]:
    """All that some nodes lead to, themselves included."""
    seen = set(start)
    waiting = list(seen)
    while waiting:
        fresh = edges.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return frozenset(seen)


def _without(source: SourceText, left_out: Iterable[ast.stmt]) -> SourceText:
    """The text with some definitions as comments: what is asked of the words of a file has the same answer.

    A ``pass`` stands for each, so that a comment above one does not come to speak of the next.
    """
    lines = list(source.lines)
    for node in left_out:
        first, *rest = _lines(node)
        lines[first - 1] = "pass  # " + lines[first - 1]
        for number in rest:
            if lines[number - 1].strip():
                lines[number - 1] = "#" + lines[number - 1]
    return replace(source, text="".join(lines))
