"""What names say: which parameters are data, which are batch sizes, which functions are losses.

Names are evidence only where the program gives none; each list can be extended in configuration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

TARGETS = {
    "y_true",
    "ytrue",
    "true",
    "y",
    "labels",
    "label",
    "target",
    "targets",
    "gt",
    "ground_truth",
    "groundtruth",
    "yt",
    "y_t",
    "real_y",
    "gts",
    "actual",
    "onehot_labels",
}
OUTPUTS = {
    "y_pred",
    "ypred",
    "pred",
    "preds",
    "prediction",
    "predictions",
    "y_hat",
    "yhat",
    "logits",
    "output",
    "outputs",
    "yp",
    "y_p",
    "predicted",
    "pr",
    "probs",
    "scores",
    "logit",
}
BATCHED = TARGETS | OUTPUTS | {
    "x", "x_hat", "xhat", "x_true", "x_pred", "inputs", "input", "images", "image", "img", "features", "feature", "embeddings",
    "embedding", "embeds", "anchor", "anchors", "positive", "positives", "negative", "negatives", "z", "mu", "mean", "logvar", "log_var",
    "z_mean", "z_log_var", "z_logvar", "z_log_sigma", "sigma", "stddev", "mask", "masks", "sample_weight", "sample_weights", "reconstruction",
    "recon", "recon_x", "x_recon", "reconstructed", "real", "fake", "real_output", "fake_output", "real_logits", "fake_logits", "disc_real_output",
    "disc_generated_output", "generated", "generated_output", "gen_output", "q", "p", "actions", "action", "rewards", "reward", "advantages",
    "advantage", "returns", "values", "value", "states", "state", "obs", "observations", "td_error", "td_errors", "log_probs", "log_prob",
    "old_log_probs", "event", "events", "time", "times", "risk", "hidden", "states1", "z_i", "z_j", "zi", "zj", "z1", "z2", "a", "b",
    "query", "keys", "u", "v", "za", "zb", "h", "giou", "queries", "boxes", "box", "true_boxes", "pred_boxes", "bboxes", "classes", "batch", "data", "real_images", "fake_images",
    "errors", "error", "residual", "residuals", "source", "noise", "samples", "sample", "tensor", "y1", "y2", "x1", "x2", "left", "right",
}  # fmt: skip
HYPERPARAMETERS = {
    "alpha", "beta", "gamma", "delta", "eps", "epsilon", "smooth", "smoothing", "margin", "temperature", "tau", "lambda_", "lam", "lmbda",
    "rate", "lr", "learning_rate", "num_classes", "n_classes", "nb_classes", "n_class", "num_class", "axis", "axes", "threshold", "coef",
    "coefficient", "coeff", "power", "order", "name", "dtype", "training", "from_logits", "label_smoothing", "reduction", "scale", "c", "k",
    "dim", "depth", "ndim", "channels", "class_weights", "class_weight", "pos_weight", "kl_weight", "beta_kl", "ratio", "lamda",
    "l1", "l2", "reg", "weight_decay", "clip", "clip_value", "clip_param", "entropy_coef", "discount", "per_image", "log_base",
    "args", "kwargs", "config", "hparams", "params", "hyperparameters", "cfg", "flags", "sigma_weight", "class_indexes", "ignore_index",
    "ignore_class", "ignore_value", "quantile", "quantiles", "n_steps", "image_size", "height", "width", "size", "strides", "anchors_per_cell",
}  # fmt: skip
MODELS = {"model", "encoder", "decoder", "generator", "discriminator", "critic", "actor", "network", "net", "backbone", "layer", "vgg", "policy", "feature_extractor", "base_model", "classifier", "student", "teacher"}  # fmt: skip
WEIGHTS = {"losses", "trainable_variables", "trainable_weights", "weights", "variables", "non_trainable_variables", "non_trainable_weights", "kernel", "bias", "kernels", "trainable_params", "regularization_losses", "regularizers", "regularization", "reg_losses", "embedding_table", "codebook"}  # fmt: skip

DATA_WORDS = {
    "pred", "preds", "predicted", "prediction", "predictions", "true", "target", "targets", "label", "labels", "logit", "logits",
    "feature", "features", "embed", "embedding", "embeddings", "frame", "frames", "image", "images", "img", "mask", "masks", "output",
    "outputs", "recon", "reconstruction", "real", "fake", "gt", "gts", "probs", "prob", "scores", "boxes", "bbox", "gradients", "hazards",
    "residual", "conf", "confidence", "rewards", "advantages", "hidden", "student", "teacher", "lengths", "events", "samples", "xent",
}  # fmt: skip
"""Words that, as the last or first part of a name, say that it holds data."""
VECTORS = {
    "reward", "rewards", "advantage", "advantages", "return", "returns", "event", "events", "time", "times", "action", "actions", "length",
    "lengths", "risk", "log_h",
}  # fmt: skip
"""Words for data that often has no axis but the batch."""
OWN_RANK = {"label", "labels", "weight", "weights", "mask", "masks", "score", "scores", "value", "values", "y", "target", "targets"}
"""Words for data whose rank says nothing about that of the rest."""
GIVEN = {
    "true", "target", "targets", "label", "labels", "mask", "masks", "weight", "weights", "gt", "gold", "truth", "events", "lengths",
    "time", "rewards", "returns", "actions", "censored", "relevance",
}  # fmt: skip
"""Words for data that a loss is given and does not train."""
ELSEWHERE = {"draws", "draw", "particles", "ensemble", "mc", "codebook", "codebooks", "centers", "centroids", "prototypes", "kernel", "kernels", "time_major", "steps", "classes", "weights_per_class", "priors", "anchors"}  # fmt: skip
"""Words for tensors whose first axis is not the batch."""
_SETTING = re.compile(r"^(?:n|num|max|min|is|use|with|l|lambda|lam|coef|total)_|_(?:num|weight|coef|coefficient|coeff|rate|size|factor|ratio|scale|lambda|margin|threshold|eps|epsilon|axis|dim|ord|order|norm_type|type|mode|name|fn|func|function|flag|temperature|smoothing)$|^(?:lambd?a?|ord|n|m|t|w|num|norm|mode|type|verbose|debug)\d*$", re.IGNORECASE)

_BATCH_SIZE = re.compile(r"(?:^|_)(?:batch_?sz|batch_?size|batchsize|n_?batch|num_?batch|bs|batch_dim|bsz|minibatch_?size|num_examples|n_examples|num_samples|n_samples)(?:_|$)", re.IGNORECASE)
_LOSS = re.compile(r"(?:^|_)(?:loss|losses|objective|cost|criterion|elbo|penalty|loss_fn|lossfn|crossentropy|cross_entropy|xent)(?:_|$|\d)|loss$|(?:^|_)(?:mse|mae|rmse|kld|nll|bce|dice|g?iou|tversky|jaccard)(?:_|$)", re.IGNORECASE)
_NOT_LOSS = re.compile(r"^(?:make|build|create|plot|log|print|load|save|test|write|parse|update|register|compile|add|set|num|has|is|collect|summar\w*|validate|check|resolve|deserialize|serialize)_|(?:history|weights?|scale|names?|config|type|fn_name|metric|metrics|logger|tracker|callback|schedule|summary|keys|dict|path|file)$", re.IGNORECASE)


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
        return bool(DATA_WORDS & {words[0], words[-1]}) and not self.is_other(name) and not self.is_elsewhere(name)

    def is_other(self, name: str) -> bool:
        """A parameter of that name is a setting."""
        plain = name.strip("_").lower()
        if name in self._others or plain in self._others:
            return True
        return plain not in self._batched and (bool(_SETTING.search(plain)) or name.isupper())

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
        return name in WEIGHTS

    def is_loss(self, name: str) -> bool:
        """The name of a function says that it is a loss."""
        if name in self.loss_names:
            return True
        return bool(_LOSS.search(name)) and not _NOT_LOSS.search(name)
