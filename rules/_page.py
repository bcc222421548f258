"""How a rule's page is put together: its prose, with its examples where the prose says ``{bad}`` and ``{good}``."""

from __future__ import annotations

from collections.abc import Sequence

from losslint.rules._rule import Example

BAD, GOOD = "{bad}", "{good}"


def with_examples(prose: str, *, bad: Sequence[Example], good: Sequence[Example]) -> str:
    """The Markdown of a page: each example as a fenced block with what TensorFlow measures on it.

    The examples stand once, in the rule's declaration, where the tests run them; a page cannot drift from them.
    Raises ValueError if the prose does not place both groups exactly once.
    """
    for mark in (BAD, GOOD):
        if prose.count(mark) != 1:
            raise ValueError(f"a page places {mark} exactly once, this one {prose.count(mark)} times")
    filled = prose.replace(BAD, _blocks(bad)).replace(GOOD, _blocks(good))
    return filled.strip() + "\n"


def _blocks(examples: Sequence[Example]) -> str:
    return "\n\n".join(
        f"```python\n{example.code.strip()}\n```\n\n{_measured(example)}" for example in examples
    )


def _measured(example: Example) -> str:
    """One line of evidence under an example; code that does not run has none to give."""
    if not example.loss:
        return "*Nothing to measure: this does not run.*"
    gradient = "" if example.gradient_degree is None else f", gradient degree {example.gradient_degree}"
    split = "micro-batches disagree with the whole batch" if example.coupled else "micro-batches add up"
    return f"*Measured, `{example.loss}`: degree {example.degree}{gradient}; {split}.*"
