"""Code actions: the fix of a finding, a comment that silences it, and all fixes of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from lsprotocol import types

from losslint.fix.silence import silencing
from losslint.lsp.layout import Layout
from losslint.lsp.positions import overlap
from losslint.lsp.session import Analysis
from losslint.model import Edit, Finding, Span
from losslint.run import SYNTAX_ERROR
from losslint.source.notebook import Notebook
from losslint.source.text import SourceText, split_lines

FIX_ALL = "source.fixAll.losslint"
KINDS = (types.CodeActionKind.QuickFix.value, FIX_ALL)
_SURE = ("safe", "suggested")


def wants(context: types.CodeActionContext, kind: str) -> bool:
    """Whether actions of a kind are asked for: all are if nothing is said, and ``source`` means ``source.fixAll``."""
    if context.only is None:
        return True
    asked = (str(getattr(only, "value", only)) for only in context.only)
    return any(kind == only or not only or kind.startswith(f"{only}.") for only in asked)


def touched(analysis: Analysis, uri: str, where: types.Range) -> list[Finding]:
    """The findings that a range of a document touches."""
    found = []
    for finding in analysis.findings:
        shown = analysis.layout.range(uri, finding.span)
        if shown is not None and overlap(shown, where):
            found.append(finding)
    return found


def quick_fixes(
    findings: Iterable[Finding], context: types.CodeActionContext, layout: Layout, *, unsafe: bool
) -> Iterator[types.CodeAction]:
    """The fix of each finding, if it has one that may be offered; what several have in common once."""
    seen: set[tuple[Edit, ...]] = set()
    for finding in findings:
        fix = finding.fix
        if fix is None or not fix.edits or fix.edits in seen:
            continue
        if fix.applicability in _SURE or unsafe:
            seen.add(fix.edits)
            yield types.CodeAction(
                title=f"{finding.code}: {fix.title}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=_meant(finding, context),
                is_preferred=fix.applicability in _SURE,
                edit=workspace_edit(layout, layout.edits(fix.edits)),
            )


def silencers(
    findings: Iterable[Finding], context: types.CodeActionContext, layout: Layout
) -> Iterator[types.CodeAction]:
    """For each finding the comment that silences it; a file that does not parse cannot be silenced."""
    seen: set[tuple[Edit, ...]] = set()
    for finding in findings:
        edits = silencing(layout.source, [finding]) if finding.code != SYNTAX_ERROR else ()
        if edits and edits not in seen:
            seen.add(edits)
            yield types.CodeAction(
                title=f"{finding.code}: silence it here with # noqa",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=_meant(finding, context),
                edit=workspace_edit(layout, layout.edits(edits)),
            )


def fix_all(uri: str) -> types.CodeAction:
    """All fixes of a document, to be resolved when it is chosen: it may take many analyses."""
    return types.CodeAction(title="losslint: apply all fixes", kind=FIX_ALL, data={"uri": uri})


def changes(layout: Layout, after: SourceText) -> dict[str, list[types.TextEdit]]:
    """What turns a text into another, line by line, so that cursors and folds between the changes stay."""
    before = layout.source
    if not (isinstance(before, Notebook) and isinstance(after, Notebook)):
        return layout.edits(line_edits(before.lines, after.lines))
    now = {cell.number: cell.source for cell in after.cells}
    found = {}
    for cell in before.cells:
        part = layout.parts[cell.number]
        edits = line_edits(split_lines(cell.source), split_lines(now.get(cell.number, cell.source)))
        if edits:
            found[part.uri] = [
                types.TextEdit(part.positions.range(edit.span), edit.replacement) for edit in edits
            ]
    return found


def line_edits(before: Sequence[str], after: Sequence[str]) -> list[Edit]:
    """Replacements of whole lines."""
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [
        Edit(Span(first + 1, 1, last + 1, 1), "".join(after[begin:end]))
        for tag, first, last, begin, end in opcodes
        if tag != "equal"
    ]


def workspace_edit(layout: Layout, edits: dict[str, list[types.TextEdit]]) -> types.WorkspaceEdit:
    """Edits for the versions that were analysed, so that a client whose document has moved on refuses them."""
    documents = []
    for uri, changed in edits.items():
        part = layout.part(uri)
        versioned = types.OptionalVersionedTextDocumentIdentifier(
            uri, part.version if part is not None else None
        )
        documents.append(types.TextDocumentEdit(versioned, list(changed)))
    return types.WorkspaceEdit(document_changes=documents)


def unversioned(edit: types.WorkspaceEdit) -> types.WorkspaceEdit:
    """The same for clients that know nothing of versions."""
    if edit.document_changes is None:
        return edit
    found: dict[str, list[types.TextEdit]] = {}
    for document in edit.document_changes:
        assert isinstance(document, types.TextDocumentEdit)
        edits = [each for each in document.edits if isinstance(each, types.TextEdit)]
        found.setdefault(document.text_document.uri, []).extend(edits)
    return types.WorkspaceEdit(changes=found)


def _meant(finding: Finding, context: types.CodeActionContext) -> list[types.Diagnostic] | None:
    """The client's diagnostics that are this finding."""
    same = [each for each in context.diagnostics if each.code == finding.code and each.source == "losslint"]
    return same or None
