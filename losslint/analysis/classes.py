"""Classes and objects of the program: methods along the MRO, attributes set in ``__init__`` or elsewhere, ``super``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import libcst as cst

from . import names
from .axes import FEATURES, PLAIN
from .operations_distribution import law_of
from .scope import ClassRef, Closure, Scope, Site
from .values import (
    Class,
    Const,
    External,
    Function,
    Instance,
    Many,
    Method,
    Partial,
    Super,
    Tensor,
    Unknown,
    Value,
    constant,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter

INHERITED: dict[str, Value] = {
    "reduction": Const("sum_over_batch_size"),
    "_get_reduction": Partial(External("losslint.identity"), (Const("sum_over_batch_size"),)),
}
"""What every loss of Keras has from its base class, unless it is told otherwise."""
LOSS_BASES = ("losses.Loss", "losses.loss.Loss", "LossFunctionWrapper", "losses.losses.Loss")
MODULE_BASES = ("Layer", "Model", "Module", "Sequential", "Functional", "MeanMetric", "Metric")


def bases(run: Interpreter, ref: ClassRef) -> Sequence[Value]:
    """The values of a class's bases."""
    if not ref.node.bases:
        return ()
    if ref.scope is not None:
        return [_dotted(run, ref.scope, base) for base in ref.node.bases]
    known = run.bases.get(ref)
    if known is None:
        scope = run.program.scope_of(ref.module)
        known = [_dotted(run, scope, base) for base in ref.node.bases]
        if not run.summaries.is_defining:
            run.bases[ref] = known
    return known


def _dotted(run: Interpreter, scope: Scope, node: ast.expr) -> Value:
    from .access import attribute

    if isinstance(node, ast.Name):
        return names.lookup(run, scope, node.id)
    if isinstance(node, ast.Attribute):
        return attribute(run, _dotted(run, scope, node.value), node.attr)
    if isinstance(node, ast.Subscript):  # Generic[T]
        return _dotted(run, scope, node.value)
    return Unknown("a base class")


def ancestors(run: Interpreter, ref: ClassRef) -> Iterator[Class | External]:
    """The class, its bases, theirs…: depth first, each once (the MRO of all but diamond hierarchies)."""
    seen: set[object] = set()
    stack: list[Value] = [Class(ref)]
    while stack:
        value = stack.pop(0)
        if not isinstance(value, (Class, External)) or value in seen:
            continue
        seen.add(value)
        yield value
        if isinstance(value, Class):
            stack = [*bases(run, value.ref), *stack]


def external_bases(run: Interpreter, ref: ClassRef) -> list[str]:
    """The canonical names of the framework classes a class descends from."""
    return [
        run.program.table.canonical(base.name) for base in ancestors(run, ref) if isinstance(base, External)
    ]


def is_loss_class(run: Interpreter, ref: ClassRef) -> bool:
    """Whether a class is a framework's loss."""
    known = external_bases(run, ref)
    return any(
        name.endswith(LOSS_BASES)
        or (".losses." in name and run.program.table.find(name) is not None)
        or name == "Loss"
        for name in known
    )


def is_module_class(run: Interpreter, ref: ClassRef) -> bool:
    """Whether a class is a layer or model."""
    return any(name.rpartition(".")[2] in MODULE_BASES for name in external_bases(run, ref))


def method(run: Interpreter, ref: ClassRef, name: str, *, after: ClassRef | None = None) -> Function | None:
    """A method by name, of the class or (``after``) of the classes behind one of its ancestors."""
    skip = after is not None
    for base in ancestors(run, ref):
        if skip:
            skip = not (isinstance(base, Class) and base.ref == after)
            continue
        if isinstance(base, Class):
            found = own_method(run, base.ref, name)
            if found is not None:
                return found
    return None


def own_method(run: Interpreter, ref: ClassRef, name: str) -> Function | None:
    """A method that the class itself defines."""
    key = f"{ref.qualname}.{name}"
    unit = ref.module.by_qualname.get(key)
    if unit is None or unit.owner is not ref.node:
        return None
    cache = run.methods
    if unit not in cache:
        piece = ref.module.slice_of(unit.node)
        root = next((item for item in piece.body if isinstance(item, cst.FunctionDef)), None)
        if root is None:
            return None
        outer = ref.scope or run.program.scope_of(ref.module)
        made = run.make_function(root, Scope(ref.module, piece, outer=outer), key, owner=ref)
        if not isinstance(made, Function):
            return None
        cache[unit] = made
    return cache[unit]


def bound(function: Function, this: Value) -> Function:
    """A function bound to an object, unless it is a static method."""
    return function if function.closure.kind == "staticmethod" else Function(function.closure, this)


def instance_attribute(run: Interpreter, owner: Instance, attr: str) -> Value:
    """``owner.attr``: what was set, a method or property, a class attribute, what another method sets."""
    run.summaries.touched()
    if isinstance(owner.cls, External):
        known = owner.attributes.get(attr)
        if known is None and run.program.table.find(f"{owner.cls.name}.{attr}") is not None:
            return External(f"{owner.cls.name}.{attr}")
        return known or (Method(owner, attr) if law_of(owner) is not None else _guess(run, attr))
    ref = owner.cls.ref
    if attr in owner.attributes:
        value = owner.attributes[attr]
        if (
            isinstance(value, Tensor) and value.nominal
        ):  # a placeholder, if another method sets it from the data
            later = _set_elsewhere(run, Instance(owner.cls, dict(owner.attributes)), attr)
            return later if isinstance(later, Tensor) and later.count else value
        return value
    found = method(run, ref, attr)
    if found is not None:
        if found.closure.kind == "property":
            return run.call_function(bound(found, owner), (), {})
        return bound(found, owner)
    if attr in INHERITED and is_loss_class(run, ref):
        return INHERITED[attr]
    shared = class_level(run, ref, attr) or _set_elsewhere(run, owner, attr)
    if shared is not None:
        return shared
    if attr == "__class__":
        return owner.cls
    return _guess(run, attr)


def _guess(run: Interpreter, attr: str) -> Value:
    """An attribute that nothing in sight sets."""
    from .access import settings_attribute

    return settings_attribute(run, attr)


def class_attribute(run: Interpreter, owner: Class, attr: str) -> Value:
    """``Class.attr``."""
    found = method(run, owner.ref, attr)
    if found is not None:
        return found if found.closure.kind != "classmethod" else Function(found.closure, owner)
    value = class_level(run, owner.ref, attr)
    return value if value is not None else Unknown(f"{owner.ref.qualname}.{attr}")


def class_level(run: Interpreter, ref: ClassRef, attr: str) -> Value | None:
    """A name assigned in the body of the class or of a base."""
    for base in ancestors(run, ref):
        if not isinstance(base, Class):
            continue
        for statement in base.ref.node.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)):
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                if any(isinstance(target, ast.Name) and target.id == attr for target in targets):
                    if statement.value is None:
                        return None
                    module = base.ref.module
                    scope = Scope(
                        module,
                        module.slice_of(statement),
                        outer=base.ref.scope or run.program.scope_of(module),
                    )
                    run.execute_statement(statement, scope)
                    return scope.names.get(attr)
    return None


def super_attribute(run: Interpreter, owner: Super, attr: str) -> Value:
    """``super().attr``."""
    ref = (
        owner.this.cls.ref
        if isinstance(owner.this, Instance) and isinstance(owner.this.cls, Class)
        else owner.after
    )
    found = method(run, ref, attr, after=owner.after)
    return bound(found, owner.this) if found is not None else Method(owner, attr)


def _set_elsewhere(run: Interpreter, owner: Instance, attr: str) -> Value | None:
    """An attribute that some other method assigns: that method is run once, on what its parameters' names say."""
    assert isinstance(owner.cls, Class)
    for base in ancestors(run, owner.cls.ref):
        if not isinstance(base, Class):
            continue
        for name in setters(base.ref.node).get(attr, ()):
            function = own_method(run, base.ref, name)
            if function is None:
                continue
            with run.building((id(owner), name)) as fresh:
                if fresh:
                    run.call_function(
                        bound(function, owner), unknown_arguments(run, function.closure, loss=True), {}
                    )
            if attr in owner.attributes:
                return owner.attributes[attr]
    return None


@lru_cache(maxsize=1024)
def setters(node: ast.ClassDef) -> dict[str, list[str]]:
    """For every attribute of ``self``, the methods besides ``__init__`` that assign it."""
    found: dict[str, list[str]] = {}
    for statement in node.body:
        if not isinstance(statement, ast.FunctionDef) or statement.name == "__init__":
            continue
        for item in chain.from_iterable(map(ast.walk, _targets(statement.body))):
            if (
                isinstance(item, ast.Attribute)
                and isinstance(item.ctx, ast.Store)
                and isinstance(item.value, ast.Name)
                and item.value.id == "self"
            ):
                methods = found.setdefault(item.attr, [])
                if statement.name not in methods:
                    methods.append(statement.name)
    return found


def _targets(body: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    """What the statements of a block assign to, inner blocks and functions included."""
    for statement in body:
        if isinstance(statement, ast.Assign):
            yield from statement.targets
        elif isinstance(statement, (ast.AugAssign, ast.AnnAssign, ast.For, ast.AsyncFor)):
            yield statement.target
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            yield from (item.optional_vars for item in statement.items if item.optional_vars is not None)
        for name in ("body", "orelse", "finalbody"):
            yield from _targets(getattr(statement, name, ()))
        for inner in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _targets(inner.body)


def unknown_arguments(run: Interpreter, closure: Closure, *, loss: bool) -> list[Value]:
    """Arguments for a function nobody calls: by default value, else by what the parameters' names say."""
    parameters = [*closure.node.params.posonly_params, *closure.node.params.params]
    if closure.owner is not None and closure.kind != "staticmethod":
        parameters = parameters[1:]
    values: list[Value] = []
    for parameter in parameters:
        name = parameter.name.value
        if name in closure.defaults:
            values.append(closure.defaults[name])
            continue
        values.append(run.parameter(name, loss=loss, annotation=annotation_of(parameter)))
    return values


def annotation_of(parameter: cst.Param) -> str:
    """The annotation of a parameter, if it is a plain name, or such a name or nothing."""
    annotation = parameter.annotation.annotation if parameter.annotation is not None else None
    if isinstance(annotation, cst.Subscript) and isinstance(annotation.value, cst.Name):
        inner = annotation.slice[0].slice if len(annotation.slice) == 1 else None
        optional = annotation.value.value == "Optional" and isinstance(inner, cst.Index)
        annotation = inner.value if optional and isinstance(inner, cst.Index) else None
    if isinstance(annotation, cst.BinaryOperation) and isinstance(annotation.right, cst.Name):
        annotation = annotation.left if annotation.right.value == "None" else None
    return annotation.value if isinstance(annotation, cst.Name) else ""


def construct(
    run: Interpreter, cls: Class, args: Sequence[Value], kwargs: Mapping[str, Value], made: Site | None = None
) -> Value:
    """``Class(…)``."""
    run.summaries.touched()
    instance = Instance(cls, made=made)
    initialise = method(run, cls.ref, "__init__")
    if initialise is not None:
        run.call_function(bound(initialise, instance), args, kwargs)
    else:
        instance.attributes.update(kwargs)
        for name, value in zip(_fields(cls.ref), args, strict=False):
            instance.attributes[name] = value
    return instance


def _fields(ref: ClassRef) -> list[str]:
    """The fields of a dataclass, in order."""
    return [
        statement.target.id
        for statement in ref.node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]


def typical_instance(run: Interpreter, ref: ClassRef) -> Instance:
    """An object as its defaults make it: what ``self`` is in a method that nobody is seen to call."""
    run.summaries.touched()
    known = run.instances.get(ref)
    if known is not None:
        return known
    instance = run.instances[ref] = Instance(Class(ref))
    initialise = method(run, ref, "__init__")
    if initialise is not None:
        closure = initialise.closure
        kwargs: dict[str, Value] = {}
        for parameter in closure.node.params.kwonly_params:
            name = parameter.name.value
            kwargs[name] = (
                closure.defaults[name]
                if name in closure.defaults
                else run.parameter(name, loss=False, annotation=annotation_of(parameter))
            )
        run.call_function(bound(initialise, instance), unknown_arguments(run, closure, loss=False), kwargs)
    return instance


REDUCTIONS = ("sum", "none", "auto", "mean", "sum_over_batch_size")


def initialise_external(owner: Super, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """``super().__init__(…)`` of a framework's class: remember what it was told."""
    if isinstance(owner.this, Instance):
        for value in args:  # Keras 2 has the reduction first, Keras 3 the name
            said = value.value if isinstance(value, Const) else getattr(value, "name", "")
            if isinstance(said, str) and said.rpartition(".")[2].lower() in REDUCTIONS:
                owner.this.attributes.setdefault("reduction", value)
        for name, value in kwargs.items():
            owner.this.attributes.setdefault(name, value)
    return Const(None)


def weights() -> Value:
    """A list of weights or of their regularisers."""
    return Many(constant(axes=FEATURES, weights=True), PLAIN)
