"""What a rule is: its page, its examples, and its predicate over what the analysis found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from typing import TYPE_CHECKING

from losslint.frozen import dataclass
from losslint.model import Edit, Severity

if TYPE_CHECKING:
    from losslint.rules._fix import Bench

    from losslint.analysis.outcome import Outcome, Problem


@dataclass(frozen=True, slots=True)
class Example:
    """A complete small module with one loss, and what TensorFlow measures on it.

    ``loss`` names the function (``name``) to run; ``inputs`` gives one spec per parameter in the language of the
    ``# losslint: inputs`` comment, e.g. ``"(N,4):real"``. ``degree``/``gradient_degree`` are ``"0"``, ``"-1"``,
    ``"mixed"``…; ``coupled`` says whether micro-batches disagree. ``loss`` is empty for code that cannot run.
    """

    code: str
    loss: str
    degree: str
    coupled: bool
    inputs: tuple[str, ...] = ("(N,4):real", "(N,4):real")
    gradient_degree: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fix that is not proved yet: edits of one file, and what they do. Advice (``manual``) has no edits."""

    title: str
    edits: tuple[Edit, ...] = ()
    applicability: str = "suggested"


@dataclass(frozen=True, slots=True)
class Rule:
    """One diagnostic. ``find`` yields the problems it sees in the outcome of analysing one loss.

    ``fix`` yields what may cure one of them, best first; whether it does is found out by analysing the result.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    page: str
    find: Callable[[Outcome], Iterable[Problem]]
    default: bool = True
    bad: tuple[Example, ...] = ()
    good: tuple[Example, ...] = ()
    related: tuple[str, ...] = field(default=())
    fix: Callable[[Problem, Bench], Iterable[Candidate]] | None = None


def nothing(outcome: Outcome) -> Iterable[Problem]:
    """The predicate of a rule whose findings do not come from the batch calculus."""
    return ()
