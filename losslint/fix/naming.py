"""What every change at a place needs: what the finding is part of, and names for what would be written twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import libcst as cst

from losslint.analysis.scope import Site
from losslint.analysis.uses import COMPILE
from losslint.model import Edit
from losslint.rules._rule import Candidate

from .binding import bound, common_statement, free_name
from .places import Phrase
from .sight import Sight

ALWAYS_AVERAGED = ("class", "compile")
KERAS_NAMES = ("y_true", "y_pred")
BATCH_SIZE = ("batch_size", "n_samples")
WIDTH = 100
"""Longer lines than that get a name for what made them long."""


@dataclass(frozen=True, eq=False)
class Naming:
    """The view from one suspect, and the names that its fix can use."""

    sight: Sight

    @property
    def averaged(self) -> bool:
        """The framework averages what the loss returns: it is compiled, or may be.

        A function of a target and an output may be, if they are called as Keras calls them or the file is one of Keras.
        """
        outcome = self.sight.suspect.outcome
        if outcome.use is not None:
            return outcome.use.sink == COMPILE
        if outcome.found_by == "parameters":
            return self._has_keras_names or any("keras" in line for line in self.sight.index.lines)
        return outcome.found_by in ALWAYS_AVERAGED

    @property
    def on_replicas(self) -> bool:
        """The value is differentiated on every replica of a strategy."""
        use = self.sight.suspect.outcome.use
        return use is not None and use.distributed and use.sink != COMPILE

    def keeps_samples(self, site: Site) -> bool:
        """Whether the value made here still has one entry per sample, as far as can be seen."""
        value = self.sight.tensor(site.node)
        return value is None or value.axes.batches > 0 or value.axes.unsure

    @property
    def _has_keras_names(self) -> bool:
        site = self.sight.suspect.problem.site
        functions = self.sight.tree(site).functions(site.node)
        parameters = {each.name.value for each in functions[-1].params.params} if functions else set()
        return parameters.issuperset(KERAS_NAMES)

    def named(
        self,
        sites: Sequence[Site],
        names: Sequence[str],
        written: Sequence[str],
        at: Callable[[Site], Phrase | None],
    ) -> Phrase | None:
        """A name for what is ``written`` at some sites, if it is worth one; ``at`` says it where the name is bound."""
        if not sites or all(text.isidentifier() for text in written):
            return None
        if len(sites) == 1 and not self._is_long(sites[0], written[0]):
            return None
        return self.name(sites, names, at)

    def name(
        self, sites: Sequence[Site], names: Sequence[str], at: Callable[[Site], Phrase | None]
    ) -> Phrase | None:
        """One of the ``names``, bound in front of some sites to what ``at`` says there."""
        tree = self.sight.tree(sites[0])
        if any(site.slice is not sites[0].slice for site in sites):
            return None
        statement = common_statement(tree, [site.node for site in sites])
        free = free_name(tree, names, self.sight.index.names)
        phrase = at(Site(sites[0].slice, statement)) if statement is not None and free is not None else None
        if statement is None or free is None or phrase is None:
            return None
        binding = bound(tree, statement, free, phrase.text)
        return None if binding is None else Phrase(free, (binding, *phrase.needs))

    def named_count(self, sites: Sequence[Site]) -> Phrase | None:
        """A name for the batch size, where it is worth one."""
        written = [self.sight.count(site) for site in sites]
        texts = [phrase.text for phrase in written if phrase is not None]
        return self.named(sites, BATCH_SIZE, texts, self.sight.count) if len(texts) == len(sites) else None

    def _is_long(self, site: Site, text: str) -> bool:
        """Whether a line would be too long with some more text in it, comments not counted."""
        tree = self.sight.tree(site)
        line = tree.span(site.node).end_line
        spans = [
            tree.span(node)
            for node in (site.node, *tree.around(site.node))
            if isinstance(node, (cst.BaseSmallStatement, cst.BaseExpression))
        ]
        end = max(span.end_column for span in spans if span.end_line == line)
        code = site.slice.lines[line - 1][: end - 1]
        return len(code.expandtabs(4)) + len(text) > WIDTH


def candidate(title: str, edits: Sequence[tuple[Edit, ...] | None]) -> Candidate | None:
    """A candidate of several changes; None if one of them has no meaning."""
    if not edits or any(edit is None for edit in edits):
        return None
    return Candidate(title, tuple(dict.fromkeys(edit for some in edits for edit in some or ())))
