"""What names say: which parameters are data, which are batch sizes, which functions are losses.

Names are evidence only where the program gives none; each list can be extended in configuration.
"""

from __future__ import annotations

import re
from functools import cached_property

from losslint.frozen import dataclass
from losslint.source.words import OUTPUTS as OUTPUTS
from losslint.source.words import TARGETS as TARGETS
from losslint.source.words import words as words

BATCHED = (
    TARGETS
    | OUTPUTS
    | words(
        """
    a action actions advantage advantages anchor anchors b batch bboxes box boxes classes data
    disc_generated_output disc_real_output embedding embeddings embeds error errors event events fake
    fake_images fake_logits fake_output feature features gen_output generated generated_output giou h
    hidden image images img input inputs keys left log_prob log_probs log_var logvar mask masks mean mu
    negative negatives noise obs observations old_log_probs p positive positives pred_boxes q queries
    query users real real_images real_logits real_output recon recon_x reconstructed reconstruction residual
    residuals returns reward rewards right risk sample sample_weight sample_weights samples sigma source
    state states states1 stddev td_error td_errors tensor time times true_boxes u v value values x x1 x2
    x_hat x_pred x_recon x_true xhat y1 y2 z z1 z2 z_i z_j z_log_sigma z_log_var z_logvar z_mean za zb zi
    zj
    """
    )
)
"""Data, one entry per sample."""

HYPERPARAMETERS = words(
    """
    alpha anchors_per_cell args axes axis beta beta_kl c cfg channels class_indexes class_weight
    class_weights clip clip_param clip_value coef coeff coefficient config delta depth dim discount dtype
    entropy_coef eps epsilon flags from_logits gamma height hparams hyperparameters ignore_class
    ignore_index ignore_value image_size k kl_weight kwargs l1 l2 label_smoothing lam lambda_ lamda
    learning_rate lmbda log_base lr margin n_class n_classes n_steps name nb_classes ndim num_class
    num_classes order params per_image pos_weight power quantile quantiles rate ratio reduction reg scale
    sigma_weight size smooth smoothing strides tau temperature threshold training weight_decay width
    """
)
"""Settings."""

HOLDERS = words("args cfg config flags hparams hyperparameters kwargs params")
"""Settings that hold settings."""

MODELS = words(
    """
    actor backbone base_model classifier critic decoder discriminator encoder feature_extractor generator
    layer model net network policy student teacher vgg
    """
)
"""Functions of each sample, where they are called."""

WEIGHTS = words(
    """
    bias codebook embedding_table kernel kernels losses non_trainable_variables non_trainable_weights
    reg_losses regularization regularization_losses regularizers trainable_params trainable_variables
    trainable_weights variables weights
    """
)
"""Model weights and what is made of them alone."""

DATA_WORDS = words(
    """
    advantages bbox boxes conf confidence emb embed embedding embeddings embeds embs events fake feature features frame
    frames gradients gt gts hazards hidden image images img label labels lengths logit logits mask masks
    output outputs pred predicted prediction predictions preds prob probs real recon reconstruction
    residual rewards samples scores student target targets teacher true xent
    """
)
"""As the last or first part of a name, these say that it holds data."""

VECTORS = words(
    """
    action actions advantage advantages event events length lengths log_h return returns reward rewards
    risk time times
    """
)
"""Data that often has no axis but the batch."""

OWN_RANK = words(
    """
    label labels mask masks score scores target targets value values weight weights y
    """
)
"""Data whose rank says nothing about that of the rest."""

GIVEN = words(
    """
    actions censored events gold gt label labels lengths mask masks relevance returns rewards target
    targets time true truth weight weights
    """
)
"""Data that a loss is given and does not train."""

ELSEWHERE = words(
    """
    anchors centers centroids classes codebook codebooks draw draws ensemble kernel kernels mc particles
    priors prototypes steps time_major weights_per_class
    """
)
"""Tensors whose first axis is not the batch."""

_SETTING = re.compile(
    r"""
    ^(?:n|num|max|min|is|use|with|l|lambda|lam|coef|total)_
    | _(?:depths?|shapes?|columns?|names?|keys|channels|heights?|widths?|units|vocab|specs?|format|path|dir
        |num|weight|coef|coefficient|coeff|rate|size|factor|ratio|scale|lambda|margin|threshold|eps|epsilon|axis|dim
        |ord|order|norm_type|type|mode|name|fn|func|function|flag|temperature|smoothing)$
    | ^(?:global_|current_|train_)?(?:step|iteration|epoch)$
    | ^(?:lambd?a?|ord|n|m|t|w|num|norm|mode|type|verbose|debug)\d*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NORMALISER = re.compile(
    r"""
    (?:^|_)(?:normali[sz]er|(?:normali[sz]ation|normali[sz]ing|norm|avg)_factor|denom|denominator|divisor)$
    | ^(?:n|num|number_of|total)_(?!
        class|dim|feature|channel|filter|head|layer|unit|bin|step|iter|epoch|gpu|replica
        |expert|group|level|stage|block|codebook|embedding|component|mixture|quantile)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What a sum is divided by that somebody else counted. How many classes or layers there are is no such thing."""
_BATCH_SIZE = re.compile(
    r"""
    (?:^|_)
    (?:batch_?sz|batch_?size|batchsize|n_?batch|num_?batch|bs|batch_dim|bsz|minibatch_?size
      |num_examples|n_examples|num_samples|n_samples)
    (?:_|$)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PENALTIES = re.compile(
    r"(?:^|_)(?:model|layer|weight|kernel|l2|reg|regulari[sz]ation|regulari[sz]er)s?_losses$"
)
"""What ``model.losses`` holds, under the names that it is handed on by."""
_LOSS = re.compile(
    r"""
    (?:^|_)
    (?:loss|losses|objective|cost|criterion|elbo|penalty|loss_fn|lossfn|crossentropy|cross_entropy|xent)
    (?:_|$|\d)
    | loss$
    | (?:^|_)(?:mse|mae|rmse|kld|nll|bce|dice|g?iou|tversky|jaccard)(?:_|$)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_LOSS = re.compile(
    r"""
    ^(?:make|build|create|plot|log|print|load|save|test|write|parse|update|register|compile|add|set|num|has|is
       |collect|summar\w*|validate|check|resolve|deserialize|serialize)_
    | (?:history|weights?|scale|names?|config|type|fn_name|metric|metrics|logger|tracker|callback|schedule|summary
        |keys|dict|path|file)$
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Vocabulary:
    """The names of the field, with what configuration adds."""

    loss_names: tuple[str, ...] = ()
    not_losses: tuple[str, ...] = ()
    batch_arguments: tuple[str, ...] = ()
    other_arguments: tuple[str, ...] = ()

    @cached_property
    def _batched(self) -> frozenset[str]:
        return frozenset(BATCHED | set(self.batch_arguments)) - set(self.other_arguments)

    @cached_property
    def _others(self) -> frozenset[str]:
        return frozenset(HYPERPARAMETERS | set(self.other_arguments)) - set(self.batch_arguments)

    def is_batched(self, name: str) -> bool:
        """A parameter of that name holds one entry per sample."""
        plain = name.strip("_").lower()
        if name in self._batched or plain in self._batched or plain.startswith(("y_true", "y_pred")):
            return True
        words = plain.split("_")
        return (
            bool(DATA_WORDS & {words[0], words[-1]})
            and not self.is_other(name)
            and not self.is_elsewhere(name)
        )

    def is_compared(self, name: str) -> bool:
        """A parameter of that name is a target, or what is compared with it."""
        plain = name.strip("_").lower()
        return plain in TARGETS or plain in OUTPUTS or plain.startswith(("y_true", "y_pred"))

    def is_other(self, name: str) -> bool:
        """A parameter of that name is a setting."""
        plain = name.strip("_").lower()
        if name in self._others or plain in self._others:
            return True
        return plain not in self._batched and (bool(_SETTING.search(plain)) or name.isupper())

    def is_holder(self, name: str) -> bool:
        """A parameter of that name is an object or mapping of settings."""
        return name.strip("_").lower() in HOLDERS and name not in self.batch_arguments

    def is_normaliser(self, name: str) -> bool:
        """A parameter or attribute of that name may count what the batch holds: boxes, episodes, valid entries."""
        plain = name.strip("_").lower()
        return plain not in self._others and bool(_NORMALISER.search(plain))

    def is_counting(self, name: str) -> bool:
        """A function of that name, of which nothing else is known, may count what the batch holds."""
        return self.is_normaliser(name) or "count" in name.lower()

    def is_distribution(self, name: str) -> bool:
        """A parameter of that name is a distribution: its ``mean()`` is one per sample, and none over samples."""
        return name.lower().rpartition("_")[2] in ("dist", "dists", "distribution", "distributions")

    def has_own_rank(self, name: str) -> bool:
        """A parameter of that name may have fewer axes than the others: class ids, weights, masks."""
        plain = name.lower().strip("_")
        return not plain.startswith(("y_true", "y_pred")) and not OWN_RANK.isdisjoint(plain.split("_"))

    def is_vector(self, name: str) -> bool:
        """A parameter of that name often has no axis but the batch."""
        plain = name.lower().strip("_")
        if plain.startswith(("y_true", "y_pred", "y_hat")):
            return False
        return plain in VECTORS or plain.rpartition("_")[2] in VECTORS

    def is_given(self, name: str) -> bool:
        """A parameter of that name is a target, mask or weight: no gradient flows through it."""
        plain = name.lower().strip("_")
        return plain in TARGETS or plain.startswith("y_true") or not GIVEN.isdisjoint(plain.split("_"))

    def is_elsewhere(self, name: str) -> bool:
        """A parameter of that name is a tensor whose first axis is not the batch."""
        return not ELSEWHERE.isdisjoint({name.lower(), *name.lower().split("_")})

    def is_batch_size(self, name: str) -> bool:
        """The name says batch size."""
        return bool(_BATCH_SIZE.search(name))

    def is_model(self, name: str) -> bool:
        """The name says model or layer: a function of each sample."""
        plain = name.strip("_").lower()
        return plain in MODELS or plain.endswith(
            (
                "_model",
                "_net",
                "_network",
                "_layer",
                "encoder",
                "decoder",
                "generator",
                "discriminator",
                "critic",
            )
        )

    def is_weights(self, name: str) -> bool:
        """The name says model weights or their regularisers."""
        return name in WEIGHTS or bool(_PENALTIES.search(name))

    def is_loss(self, name: str) -> bool:
        """The name of a function says that it is a loss."""
        if name in self.loss_names:
            return True
        return bool(_LOSS.search(name)) and not _NOT_LOSS.search(name)
