"""How a file spells the size of its batch: by which framework, under which alias, in which dtype."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from losslint.model import Edit
from losslint.source.index import Import, ModuleIndex


@dataclass(frozen=True, slots=True)
class New:
    """An import for a file that imports from the package ``beside``: the statement, and the alias that it gives."""

    beside: str
    statement: str
    alias: str


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
    logsumexp: str = "{m}.logsumexp"
    ratio: str = "{m}.divide_no_nan({x}, {y})"
    entries: str = "{m}.size({x})"
    squeezed: str = "{m}.squeeze({x}, axis=-1)"
    imports: tuple[New, ...] = ()
    """How it is imported where the file has no name for it, the usual way first."""

    def owns(self, dotted: str) -> bool:
        """Whether a function is one of this framework's."""
        return any(dotted.startswith(root + ".") for root in self.roots)


TENSORFLOW = Family(
    "tensorflow",
    ("tensorflow", "tensorflow.compat.v1", "tensorflow.compat.v2"),
    mean="{m}.reduce_mean({x})",
    logsumexp="{m}.reduce_logsumexp",
    ratio="{m}.math.divide_no_nan({x}, {y})",
    imports=(
        New("tensorflow.compat.v1", "import tensorflow.compat.v1 as tf", "tf"),
        New("tensorflow", "import tensorflow as tf", "tf"),
        New("tensorflow", "import tensorflow", "tensorflow"),
    ),
)
OPS = Family(
    "ops",
    ("keras.ops", "keras.src.ops", "keras_core.ops"),
    imports=(
        New("keras_core", "from keras_core import ops", "ops"),
        New("keras", "from keras import ops", "ops"),
        New("keras", "import keras", "keras.ops"),
    ),
)
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
    entries="{m}.prod({m}.shape({x}))",
    imports=(
        New("tensorflow", "from tensorflow.keras import backend as K", "K"),
        New("tf_keras", "from tf_keras import backend as K", "K"),
        New("keras", "from keras import backend as K", "K"),
    ),
)
FAMILIES = (OPS, BACKEND, TENSORFLOW)


@dataclass(frozen=True, slots=True)
class Speech:
    """A family under the name that it has in a file, and the import that gives it that name if there is none yet."""

    family: Family
    alias: str
    needs: tuple[Edit, ...] = ()

    def says(self, template: str, **parts: str) -> str:
        """A template of the family filled in."""
        return template.format(m=self.alias, **parts)

    def number(self, count: str, like: str) -> str:
        """A whole number as one of the dtype of a tensor."""
        return self.says(self.family.cast, n=count, dtype=self.says(self.family.dtype, x=like))

    def count(self, of: str) -> str:
        """The length of the first axis of a tensor as a number of its dtype."""
        return self.number(self.says(self.family.size, x=of), of)


@dataclass(frozen=True, slots=True)
class Called:
    """One call as the file spells it, and what that is."""

    spelled: str
    dotted: str


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

    def without(self, names: Collection[str]) -> Dialect:
        """Without the aliases that begin with one of these names."""
        return Dialect(
            {name: dotted for name, dotted in self.aliases.items() if name.partition(".")[0] not in names}
        )

    def having(self, spelled: str, dotted: str) -> Dialect:
        """With what one more callee shows: ``tf.math.reduce_sum`` is ``tensorflow.math.reduce_sum``."""
        more = dict(self.aliases)
        while "." in spelled and "." in dotted and spelled.rpartition(".")[2] == dotted.rpartition(".")[2]:
            spelled, dotted = spelled.rpartition(".")[0], dotted.rpartition(".")[0]
            more.setdefault(spelled, dotted)
        return Dialect(more)

    def alias(self, family: Family, calls: Sequence[Called] = ()) -> str | None:
        """What the file calls a module of the family: of several names the one that the ``calls`` use."""
        found = [
            spelled for root in family.roots for spelled, dotted in self.aliases.items() if dotted == root
        ]
        used = (name for call in calls for name in found if call.spelled.startswith(name + "."))
        return next(used, found[0] if found else None)

    def families(
        self, calls: Sequence[Called], imported: Callable[[Family], Speech | None]
    ) -> Iterator[Speech]:
        """The families this file can use, that of the first of the ``calls`` first.

        ``imported`` gives one that the file has no name for: where nothing else would do, and for Keras' operations,
        which run on backends that the others do not know.
        """
        owners = [next((family for family in FAMILIES if family.owns(call.dotted)), None) for call in calls]
        order = [family for family in owners if family is not None]
        nameless = True
        for family in dict.fromkeys((*order, *FAMILIES)):
            alias = self.alias(family, calls)
            if alias is not None:
                nameless = False
                yield Speech(family, alias)
            elif family is OPS and order[:1] == [OPS]:
                yield from filter(None, (imported(family),))
        if nameless and order:
            yield from filter(None, (imported(order[0]),))
