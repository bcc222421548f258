"""The question asked of a file's bytes before anything is parsed: could it hold a loss?

A needless yes costs a parse, a wrong no would lose a finding, so the net is wide. It is made of plain
substring searches, which run at memory speed: seven files of ten in a framework's own sources answer no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from losslint.frozen import dataclass

# Parts of the words by which a loss is recognised: its name, its parameters, how it is used, a comment that
# says so.
_LOSS_WORDS = (
    b"loss",
    b"y_true",
    b"y_pred",
    b"ytrue",
    b"ypred",
    b"y_hat",
    b"yhat",
    b"objective",
    b"criteri",
    b"penalty",
    b"entropy",
    b"xent",
    b"likelihood",
    b"divergence",
    b"elbo",
    b"gradienttape",
    b"gradients(",
    b"minimize",
    b"minimise",
)

# Too short to be searched for as they are: "mse" is in "themselves", "dice" in "indices".
_SHORT_NAMES = {
    name: (name + b"(", name + b"_", b"_" + name)
    for name in (b"cost", b"mse", b"mae", b"kld", b"nll", b"bce", b"dice", b"iou", b"tversky", b"jaccard")
}

# Each begins with a word as it is written, which ``re`` finds much faster than a place where a word begins.
_PARAMETERS = (
    re.compile(rb"def(?<!\wdef)\s+\w+\s*\(([^)]*)"),
    re.compile(rb"lambda(?<!\wlambda)\b([^:\n]*)"),
)
_WORD = re.compile(rb"\w+")


@dataclass(frozen=True)
class Prefilter:
    """A net for one vocabulary.

    ``targets`` and ``outputs``: a function with a parameter of each may be a loss, whatever it is called.
    ``names``: further names of losses, which may be glob patterns.
    """

    targets: frozenset[bytes] = frozenset()
    outputs: frozenset[bytes] = frozenset()
    names: tuple[bytes, ...] = ()

    def may_hold_loss(self, data: bytes) -> bool:
        """Whether the file is worth parsing for losses.

        ``data`` is the file as it is on disk. Its encoding does not matter: every source encoding of Python
        writes these words in ASCII.
        """
        folded = data.lower()
        return (
            any(word in folded for word in _LOSS_WORDS)
            # Most files hold few of the names at all: one search for each, not one for each of its parts.
            or any(
                name in folded and any(part in folded for part in parts)
                for name, parts in _SHORT_NAMES.items()
            )
            or any(all(part in data for part in _WORD.findall(name)) for name in self.names)
            or self._has_pair_of_parameters(data)
        )

    def _has_pair_of_parameters(self, data: bytes) -> bool:
        return any(
            not self.targets.isdisjoint(names := _WORD.findall(parameters))
            and not self.outputs.isdisjoint(names)
            for pattern in _PARAMETERS
            for parameters in pattern.findall(data)
        )


def prefilter(*, targets: Iterable[str], outputs: Iterable[str], names: Iterable[str]) -> Prefilter:
    """The net for a vocabulary given as text."""
    return Prefilter(
        frozenset(word.encode() for word in targets),
        frozenset(word.encode() for word in outputs),
        tuple(name.encode() for name in names),
    )


def mentions_losslint(data: bytes) -> bool:
    """Whether a comment may speak to losslint alone, so that it matters even where nothing is found."""
    return b"losslint" in data or (b"noqa" in data.lower() and re.search(rb"LL\d", data) is not None)


def mentions_skip_file(data: bytes) -> bool:
    """Whether the bytes hold the words of ``skip-file`` at all."""
    return b"losslint" in data and re.search(rb"losslint\s*:\s*skip-file", data) is not None
