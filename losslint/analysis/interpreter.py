"""The abstract interpreter: runs a loss on abstract values.

It knows Python, not frameworks: what an external call does stands in the operation tables. State lives in scopes; the
path through the branches is carried along, so that alternatives which exclude each other never meet.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace

import libcst as cst

from losslint.frozen import dataclass
from losslint.source.index import ModuleIndex

from . import invoke
from .alternatives import either, lift
from .axes import FEATURES, PLAIN, SCALAR, WILD, batch_first
from .budget import SETTING_STEPS, Budget, Overdrawn
from .builtin import SPECIAL
from .degree import ONE, UNKNOWN, ZERO
from .expressions import EVALUATORS
from .forms import Forms
from .joining import At
from .label_formats import LabelFormats
from .program import Program
from .recording import Recording
from .scope import ClassRef, Closure, Scope, Site
from .statements import Flow, run_block
from .summaries import Summaries
from .telling import blamed, told_at
from .uses import Uses
from .values import (
    Const,
    Dict,
    Function,
    Instance,
    Many,
    Seq,
    Spread,
    Tensor,
    Unknown,
    Value,
    constant,
    holds_data,
)
from .vocabulary import Vocabulary

MAX_DEPTH = 24
MAX_RECURSION = 2


@dataclass(frozen=True, slots=True)
class Bound:
    """An assignment that was seen in the entry function: where, to what, which value."""

    site: Site
    target: str
    value: Value


@dataclass(eq=False)
class Interpreter:
    """One analysis of one program. ``bound`` records the assignments of the entry function."""

    program: Program
    vocabulary: Vocabulary
    home: ModuleIndex | None = None
    """The module whose losses are analysed."""
    budget: Budget = field(default_factory=Budget)
    bound: list[Bound] = field(default_factory=list)
    defined: dict[str, Function] = field(default_factory=dict)
    """Every function that was made so far, by qualified name: how entries inside factories are found."""
    watched: cst.CSTNode | None = None
    entry: ModuleIndex | None = None
    """The module the analysed loss stands in: findings are told in its lines."""
    recording: Recording | None = None
    uses: Uses = field(default_factory=Uses)
    forms: Forms = field(default_factory=Forms)
    labels: LabelFormats = field(default_factory=LabelFormats)
    summaries: Summaries = field(default_factory=Summaries)
    frameworks: set[str] = field(default_factory=set)
    """Whose operations were called."""
    raw: dict[int, str] = field(default_factory=dict)
    """Parameters nobody gave, by the identity of their values: whether one is a batch or a list of batches is open."""
    arrays: set[str] = field(default_factory=set)
    """Those of them that are certainly one tensor each."""
    listed: set[str] = field(default_factory=set)
    """Those of them that were used as lists."""
    _kept: list[Value] = field(default_factory=list)
    methods: dict[object, Function] = field(default_factory=dict)
    bases: dict[ClassRef, Sequence[Value]] = field(default_factory=dict)
    """Of the classes at top level of their modules."""
    instances: dict[ClassRef, Instance] = field(default_factory=dict)
    _stack: list[Closure] = field(default_factory=list)
    _building: set[object] = field(default_factory=set)
    _scopes: list[Scope] = field(default_factory=list)

    # -- evaluating -----------------------------------------------------------------------------------------------

    def knows(self, name: str) -> bool:
        """Whether a function of that dotted name is one the interpreter itself understands."""
        return self.program.table.canonical(name) in SPECIAL

    def evaluate(self, node: cst.BaseExpression, scope: Scope, flow: Flow) -> Value:
        """The value of an expression."""
        self.budget.tick()
        handler = EVALUATORS.get(type(node))
        value = (
            handler(self, node, scope, flow) if handler is not None else Unknown(type(node).__name__.lower())
        )
        if self.recording is not None:
            self.recording.values[node] = value
        return value

    def execute_statement(self, statement: ast.stmt, scope: Scope) -> None:
        """Run one module-level statement in its own scope."""
        try:
            body = scope.slice.body
        except cst.ParserSyntaxError:
            return
        line = statement.lineno
        wanted = [
            item
            for item in body
            if len(body) == 1 or scope.slice.span(item).line <= line <= scope.slice.span(item).end_line
        ]
        run_block(self, wanted, scope, Flow())

    def at(self, scope: Scope, node: cst.CSTNode, name: str) -> At:
        """The place of an operation."""
        return At(scope.site(node), name)

    # -- functions ------------------------------------------------------------------------------------------------

    def make_function(
        self,
        node: cst.FunctionDef | cst.Lambda,
        scope: Scope,
        qualname: str,
        owner: ClassRef | None = None,
    ) -> Value:
        """A function value; decorators that change what it is are applied by the caller."""
        flow = Flow()
        defaults: dict[str, Value] = {}
        for parameter in (*node.params.params, *node.params.kwonly_params, *node.params.posonly_params):
            if parameter.default is not None:
                defaults[parameter.name.value] = self.evaluate(parameter.default, scope, flow)
        kind = "function"
        if isinstance(node, cst.FunctionDef):
            for decorator in node.decorators:
                if isinstance(decorator.decorator, cst.Name) and decorator.decorator.value in (
                    "staticmethod",
                    "classmethod",
                    "property",
                ):
                    kind = decorator.decorator.value
        if scope.module is self.home and "<locals>" in qualname:
            self.summaries.touched()  # it may be the loss that is looked for: the last one made is the one that counts
        closure = Closure(node, scope, qualname, defaults, owner, kind)
        function = Function(closure)
        self.defined[qualname] = function
        return function

    def call_function(self, function: Function, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        """Run a function of the program on values."""
        closure = function.closure
        if len(self._stack) >= MAX_DEPTH or self._stack.count(closure) > MAX_RECURSION:
            self.summaries.touched()
            return Unknown(f"recursion in {closure.qualname}")
        key = self.summaries.key(function, args, kwargs)
        known = self.summaries.known(key) if key is not None else None
        if known is not None:
            self.budget.charge(known.steps)
            return known.value
        effects, spent = self.summaries.effects, self.budget.spent
        value = self._call_function(function, args, kwargs)
        if key is not None and self.summaries.effects == effects:
            self.summaries.keep(key, value, self.budget.spent - spent)
        return value

    def _call_function(self, function: Function, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        closure = function.closure
        positional = (function.bound, *args) if function.bound is not None else tuple(args)
        scope = Scope(
            closure.scope.module,
            closure.scope.slice,
            closure.qualname,
            closure.scope,
            owner=closure.owner,
            this=function.bound,
        )
        self.opened(scope)
        bind_parameters(closure, scope, positional, kwargs)
        if not self._is_setting(function, args, kwargs):
            return self.run_body(closure, scope)
        try:
            with self.budget.part(SETTING_STEPS):
                return self.run_body(closure, scope)
        except Overdrawn:
            self.summaries.touched()  # perhaps it was the time of whoever called that ran out
            return Unknown(f"{closure.qualname} (too large)")

    def _is_setting(self, function: Function, args: Sequence[Value], kwargs: Mapping[str, Value]) -> bool:
        """Whether a call leaves the module and takes nothing of a batch along: what it makes is a setting."""
        if (
            self.home is None
            or function.closure.scope.module is self.home
            or self.budget.left <= SETTING_STEPS
        ):
            return False
        return not (
            holds_data(function) or any(map(holds_data, args)) or any(map(holds_data, kwargs.values()))
        )

    def run_body(self, closure: Closure, scope: Scope, flow: Flow | None = None) -> Value:
        """Run a function whose parameters are bound and gather what it returns."""
        flow = flow or Flow()
        self._stack.append(closure)
        if self.recording is not None:
            self.recording.scopes[closure.node] = scope
        try:
            node = closure.node
            if isinstance(node, cst.Lambda):
                return self.evaluate(node.body, scope, flow)
            self.summaries.begun(scope)
            alive = run_block(self, node.body.body, scope, flow)
        finally:
            self.summaries.ended(scope)
            self._stack.pop()
        if flow.yields:
            items = tuple(flow.yields)
            return items[0] if len(items) == 1 and isinstance(items[0], Many) else Seq(items)
        if alive and (flow.returns or not flow.raises):
            flow.returns.append((flow.path, Const(None)))
        if not flow.returns:
            return Unknown(f"{closure.qualname} does not return")
        return either(flow.returns)

    def call(self, at: At, fn: Value, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        """Call any value."""
        self.budget.tick()
        names = tuple(kwargs)

        def one(callee: Value, *values: Value) -> Value:
            positional, keywords = values[: len(args)], dict(zip(names, values[len(args) :], strict=True))
            return blamed(at, invoke.call_value(self, at, callee, positional, keywords))

        result = lift(one, fn, *args, *kwargs.values())
        if self.entry is not None and at.site.slice.lines is self.entry.lines:
            return told_at(at.site, result, self.entry.lines)
        return result

    def note(self, scope: Scope, target: cst.CSTNode, name: str, value: Value) -> None:
        """Record an assignment of the watched function, and none of the globals that it makes somebody look up."""
        if self._stack and self._stack[-1].node is self.watched and scope.qualname:
            self.summaries.touched()
            self.bound.append(Bound(scope.site(target), name, value))

    @contextmanager
    def building(self, key: object) -> Iterator[bool]:
        """Guard against a thing that needs itself; yields False if it is already being built."""
        if key in self._building:
            self.summaries.touched()
            yield False
            return
        self._building.add(key)
        try:
            yield True
        finally:
            self._building.discard(key)

    # -- parameters nobody gave -------------------------------------------------------------------------------------

    def another_batch(self, value: Value) -> Value:
        """One of the batches that a parameter like ``data`` unpacks to."""
        assert isinstance(value, Tensor)
        one = replace(value)
        self.raw[id(one)] = self.raw[id(value)]
        self.keep(one)
        return one

    def opened(self, scope: Scope) -> Scope:
        """A new scope, remembered for ``release``."""
        self._scopes.append(scope)
        return scope

    def release(self) -> None:
        """Let go of all that the run knows, when nobody asks it any more.

        Scopes hold functions and objects that hold the scopes: they would stay until Python looks for garbage.
        """
        for scope in (*self._scopes, *self.program.own_scopes):
            scope.names.clear()
            scope.names.before = None
        for instance in self.instances.values():
            instance.attributes.clear()
        self.methods.clear()
        self.bases.clear()
        self.defined.clear()

    def keep(self, value: Value) -> None:
        """Keep a value whose identity means something (``raw``) for as long as this run."""
        self._kept.append(value)

    def parameter(
        self,
        name: str,
        *,
        loss: bool,
        annotation: str = "",
        beside_data: bool = False,
        called: bool = True,
        by_keras: bool = False,
    ) -> Value:
        """The value of a parameter that no caller gives, by what its name says.

        ``loss``: it is a parameter of a loss itself; ``beside_data``: others of that loss certainly hold data,
        so that one of which nothing is known holds one entry per sample too; ``called``: it may be a function;
        ``by_keras``: Keras gave targets and outputs one rank before it called.
        """
        words = self.vocabulary
        if words.is_batch_size(name):  # a loss is handed the size by its caller; a factory's is a setting
            return Tensor(SCALAR, ONE, count=loss, nominal="" if loss else name)
        if annotation in ("int", "float", "bool", "str"):
            return constant(opaque=True)
        if words.is_weights(name) and name != "weights":
            return Many(constant(axes=FEATURES, weights=True), PLAIN)
        if called and words.is_model(name):
            return constant(axes=FEATURES, opaque=True)
        if words.is_normaliser(name):
            return constant(opaque=True, degree=UNKNOWN, reasons=(f"what {name} counts",))
        if words.is_distribution(name):
            return Unknown(f"the distribution {name}")
        if words.is_other(name):
            return constant(opaque=words.is_holder(name))
        if name == "weight":  # of a term or of each sample: what it multiplies may tell
            return Tensor(WILD, ZERO, None, Spread.SAMPLE, opaque=True)
        if words.is_loss(name):  # one number, or one per sample: whoever calls knows
            return Tensor(WILD, ZERO, ZERO, Spread.SAMPLE, opaque=True)
        if words.is_batched(name) or (beside_data and not words.is_elsewhere(name)):
            data = batch(1 if words.is_vector(name) else 2)
            own = words.has_own_rank(name) or data.axes.loose
            given = words.is_given(name)
            compared = words.is_compared(name)
            axes = replace(
                data.axes, loose=own, base=name, given=given and compared, paired=by_keras and compared
            )
            data = replace(data, axes=axes)
            return replace(data, slope=None) if given else data
        return Tensor(WILD, ZERO, ZERO, Spread.SAMPLE, opaque=True)


def batch(least_rank: int = 1) -> Tensor:
    """A batch of data: one entry per sample, of any rank."""
    return Tensor(batch_first(least_rank), ZERO, ZERO, Spread.SAMPLE)


def bind_parameters(
    closure: Closure, scope: Scope, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> None:
    """Bind arguments to the parameters of a function, in its new scope."""
    parameters = closure.node.params
    left = dict(kwargs)
    positional = [*parameters.posonly_params, *parameters.params]
    for k, parameter in enumerate(positional):
        name = parameter.name.value
        if k < len(args):
            scope.names[name] = args[k]
        elif name in left:
            scope.names[name] = left.pop(name)
        else:
            scope.names[name] = closure.defaults.get(name, Unknown(f"the argument {name}"))
    for parameter in parameters.kwonly_params:
        name = parameter.name.value
        scope.names[name] = left.pop(name, closure.defaults.get(name, Unknown(f"the argument {name}")))
    if isinstance(parameters.star_arg, cst.Param):
        scope.names[parameters.star_arg.name.value] = Seq(tuple(args[len(positional) :]))
    if parameters.star_kwarg is not None:
        scope.names[parameters.star_kwarg.name.value] = Dict(left)
