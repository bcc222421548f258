"""How a file spells the size of its batch: by which framework, under which alias, in which dtype."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from losslint.source.index import Import, ModuleIndex


@dataclass(frozen=True, slots=True)
class Family:
    """A framework's functions. ``roots`` are the modules that hold them; ``m`` in templates is the alias."""

    name: str
    roots: tuple[str, ...]
    dtype: str = "{x}.dtype"
    size: str = "{m}.shape({x})[0]"
    cast: str = "{m}.cast({n}, {dtype})"
    root: str = "{m}.sqrt({n})"
    mean: str = "{m}.mean({x})"
    logsumexp: str = "{m}.logsumexp({x})"
    ratio: str = "{m}.divide_no_nan({x}, {y})"

    def owns(self, dotted: str) -> bool:
        """Whether a function is one of this framework's."""
        return any(dotted.startswith(root + ".") for root in self.roots)

    def count(self, alias: str, *, of: str, like: str) -> str:
        """The length of the first axis of ``of`` as a number of the dtype of ``like``."""
        dtype = self.dtype.format(m=alias, x=like)
        return self.cast.format(m=alias, n=self.size.format(m=alias, x=of), dtype=dtype)


TENSORFLOW = Family(
    "tensorflow",
    ("tensorflow", "tensorflow.compat.v1", "tensorflow.compat.v2"),
    mean="{m}.reduce_mean({x})",
    logsumexp="{m}.reduce_logsumexp({x})",
    ratio="{m}.math.divide_no_nan({x}, {y})",
)
OPS = Family("ops", ("keras.ops", "keras.src.ops", "keras_core.ops"))
BACKEND = Family(
    "backend",
    (
        "keras.backend",
        "tensorflow.keras.backend",
        "tensorflow.python.keras.backend",
        "tf_keras.backend",
        "keras.src.backend",
    ),
    dtype="{m}.dtype({x})",
    ratio="{x} / {m}.maximum({y}, {m}.epsilon())",
)
FAMILIES = (OPS, BACKEND, TENSORFLOW)


@dataclass(frozen=True)
class Dialect:
    """The aliases of one file: what it calls which module."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    """Dotted module by spelling."""

    @classmethod
    def of(cls, index: ModuleIndex) -> Dialect:
        """What the imports of a module say."""
        found: dict[str, str] = {}
        for name, definition in index.names.items():
            if isinstance(definition, Import):
                parts = (index.absolute(definition), definition.attribute)
                found[name] = ".".join(part for part in parts if part)
        return cls(found)

    def having(self, spelled: str, dotted: str) -> Dialect:
        """With what one more callee shows: ``tf.math.reduce_sum`` is ``tensorflow.math.reduce_sum``."""
        more = dict(self.aliases)
        while "." in spelled and "." in dotted and spelled.rpartition(".")[2] == dotted.rpartition(".")[2]:
            spelled, dotted = spelled.rpartition(".")[0], dotted.rpartition(".")[0]
            more.setdefault(spelled, dotted)
        return Dialect(more)

    def alias(self, family: Family) -> str | None:
        """What the file calls a module of the family."""
        found = (
            (spelled, root)
            for root in family.roots
            for spelled, dotted in self.aliases.items()
            if dotted == root
        )
        return next((spelled for spelled, _ in found), None)

    def families(self, callees: Sequence[str]) -> Iterator[tuple[Family, str]]:
        """The families this file can use with their aliases: that of the first of the ``callees`` first."""
        owners = [next((family for family in FAMILIES if family.owns(name)), None) for name in callees]
        order = [family for family in owners if family is not None]
        for family in dict.fromkeys((*order, *FAMILIES)):
            alias = self.alias(family)
            if alias is not None:
                yield family, alias
