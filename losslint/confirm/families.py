"""Tables of what losses are fed, by the words in their names. Data only; ``plan.py`` reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping

# words in the name, the class, the module or the body -> (target, prediction) pairs to try
FAMILIES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (r"ctc", (("(N,5):int[0..2]", "(N,12,5):prob"),)),
    (
        r"ssim|psnr|perceptual|total_variation|sobel|image_gradients",
        (("(N,32,32,3):image", "(N,32,32,3):image"),),
    ),
    (r"giou|ciou|diou|\biou_loss|bbox|\bbox(es)?_|_box(es)?\b|smooth_?l1_box", (("(N,4):box", "(N,4):box"),)),
    (
        r"sparse",
        (
            ("(N):int[0..4]", "(N,5):prob"),
            ("(N,1):int[0..4]", "(N,5):prob"),
            ("(N,7):int[0..4]", "(N,7,5):prob"),
            ("(N,8,8):int[0..4]", "(N,8,8,5):prob"),
        ),
    ),
    (r"npairs_multilabel", (("(N,5):onehot", "(N,N):real"),)),
    (r"npairs?", (("(N):index", "(N,N):real"),)),
    (
        r"triplet|lifted|center_loss|arcface|cosface|circle|metric_learning|nt_?xent|supcon|embedding",
        (("(N):int[0..2]", "(N,6):unit"), ("(N,1):int[0..2]", "(N,6):unit"), ("(N,6):unit", "(N,6):unit")),
    ),
    (
        r"contrastive|siamese",
        (("(N,1):binary", "(N,1):positive"), ("(N):binary", "(N):positive"), ("(N,1):binary", "(N,6):unit")),
    ),
    (r"cox|surviv|hazard|partial_likelihood", (("(N,2):binary", "(N,1):real"), ("(N):binary", "(N):real"))),
    (
        r"rank|listwise|pairwise|ndcg|mrr|list_?mle|list_?net",
        (("(N,7):binary", "(N,7):real"), ("(N,7):int[0..2]", "(N,7,3):real")),
    ),
    (r"spectral|stft|mel_|audio|waveform", (("(N,1024):real", "(N,1024):real"),)),
    (
        r"3d|volum|voxel|nifti|\(1, 2, 3, 4\)|\[1, 2, 3, 4\]",
        (("(N,8,8,8,1):binary", "(N,8,8,8,1):unit-interval"),),
    ),
    (
        r"categorical.*seg|multiclass.*dice|softmax.*dice|onehot.*img",
        (("(N,8,8,5):onehot", "(N,8,8,5):prob"),),
    ),
    (
        r"dice|jaccard|tversky|\biou|_iou|segment|mask_?loss|lovasz|boundary|crps|hausdorff",
        (
            ("(N,8,8,1):binary", "(N,8,8,1):unit-interval"),
            ("(N,8,8,5):onehot", "(N,8,8,5):prob"),
            ("(N,5):onehot", "(N,5):prob"),
        ),
    ),
    (r"kappa", (("(N,5):onehot", "(N,5):prob"),)),
    (
        r"hinge|wasserstein|kantorovich|\bkr\b|_kr\b|hkr",
        (("(N,1):sign", "(N,1):real"), ("(N,5):onehot", "(N,5):real")),
    ),
    (
        r"categorical|multiclass|one_?hot|softmax",
        (("(N,5):onehot", "(N,5):prob"), ("(N,8,8,5):onehot", "(N,8,8,5):prob")),
    ),
    (
        r"binary|bce|sigmoid",
        (("(N,1):binary", "(N,1):unit-interval"), ("(N,8,8,1):binary", "(N,8,8,1):unit-interval")),
    ),
    (r"focal|cross_?entropy|xent", (("(N,5):onehot", "(N,5):prob"), ("(N,1):binary", "(N,1):unit-interval"))),
    (r"kl_?div|kullback|jensen|\bjs_|entropy", (("(N,5):prob", "(N,5):prob"),)),
    (
        r"poisson|logarithmic|msle|percentage|mape|relative|gamma_|nll",
        (("(N,5):positive", "(N,5):positive"),),
    ),
)
GENERIC: tuple[tuple[str, str], ...] = (
    ("(N,5):real", "(N,5):real"),
    ("(N,5):onehot", "(N,5):prob"),
    ("(N,1):binary", "(N,1):unit-interval"),
    ("(N,6):real", "(N,6):real"),
    ("(N,1):real", "(N,6):real"),
    ("(N,8,8,1):binary", "(N,8,8,1):unit-interval"),
    ("(N):int[0..4]", "(N,5):real"),
    ("(N):int[0..4]", "(N,5):prob"),
    ("(N,32,32,3):image", "(N,32,32,3):image"),
    ("(N,7):binary", "(N,7):real"),
    ("(N):int[0..2]", "(N,6):unit"),
    ("(N,7,3):onehot", "(N,7,3):prob"),
    ("(N,7):int[0..4]", "(N,7,5):real"),
    ("(N):real", "(N):real"),
    ("(N,1):real", "(N,1):real"),
    ("(N,1):int[0..4]", "(N,5):real"),
    ("(N,8,8):int[0..4]", "(N,8,8,5):real"),
    ("(N,8,8,5):real", "(N,8,8,5):real"),
    ("(N,8,8,8,1):binary", "(N,8,8,8,1):unit-interval"),
    ("(N,1024):real", "(N,1024):real"),
    *(
        (f"(N,{size}):{target}", f"(N,{size}):{kind}")
        for size in (4, 3, 2, 10)
        for target, kind in (("real", "real"), ("onehot", "prob"))
    ),
    ("(N,N):binary", "(N,N):real"),
)

# operations that take one kind of input only: what is called in the body -> pairs to try before all others
CALLEES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (r"ssim_multiscale", (("(N,176,176,1):image", "(N,176,176,1):image"),)),
    (
        r"conv2d|depthwise_conv2d|separable_conv2d|(max|avg)_pool2d|ssim|psnr|sobel_edges|image_gradients|total_variation"
        r"|extract_patches|extract_image_patches|rgb_to_\w+|grayscale_to_rgb|resize_\w+",
        (("(N,32,32,3):image", "(N,32,32,3):image"), ("(N,32,32,1):image", "(N,32,32,1):image")),
    ),
    (r"conv1d|(max|avg)_pool1d", (("(N,32,3):real", "(N,32,3):real"), ("(N,32,1):real", "(N,32,1):real"))),
    (
        r"conv3d|(max|avg)_pool3d",
        (("(N,8,8,8,1):image", "(N,8,8,8,1):image"), ("(N,8,8,8,3):image", "(N,8,8,8,3):image")),
    ),
    (r"stft|mfccs_\w+|linear_to_mel_weight_matrix", (("(N,1024):real", "(N,1024):real"),)),
    (r"ctc_loss|ctc_batch_cost", (("(N,5):int[0..2]", "(N,12,5):prob"),)),
)

# required parameters that are no data: a literal by name
LITERALS: Mapping[str, object] = {
    "alpha": 0.25, "beta": 0.5, "gamma": 2.0, "delta": 1.0, "margin": 0.5, "temperature": 0.5, "tau": 0.5,
    "eps": 1e-07, "epsilon": 1e-07, "smooth": 1.0, "smoothing": 0.1, "label_smoothing": 0.1, "scale": 1.0,
    "threshold": 0.5, "power": 2.0, "lam": 0.5, "lambda_": 0.5, "lamb": 0.5, "factor": 1.0, "coef": 1.0,
    "c": 1.0, "lambda1": 0.5, "lambda2": 0.5, "k": 2, "p": 2, "q": 0.5, "s": 1.0, "m": 0.5, "t": 0.5,
    "num_classes": 5, "n_classes": 5, "nb_classes": 5, "classes": 5, "class_num": 5, "depth": 5,
    "num_labels": 5, "latent_dim": 5, "dim": 5, "axis": -1, "from_logits": False,
    "training": True, "weights": [1.0, 1.0, 1.0, 1.0, 1.0], "class_weights": [1.0, 1.0, 1.0, 1.0, 1.0],
    "class_weight": [1.0, 1.0, 1.0, 1.0, 1.0], "loss_weight": 1.0, "weight": 1.0, "pos_weight": 2.0,
    "quantile": 0.5, "quantiles": [0.1, 0.5, 0.9], "name": "loss", "reduction": "none", "max_val": 1.0,
    "rate": 0.1, "sigma": 1.0, "mode": None, "per_image": False, "ignore_index": None, "pad_id": 0,
    "padding_idx": 0, "mean": 0.0, "std": 1.0, "noise": 0.1, "warmup": 1, "step": 1, "epoch": 1,
    "model_losses": [0.0], "regularization_losses": [0.0], "losses": [0.0], "image_size": 32, "height": 8, "width": 8,
}  # fmt: skip
# required parameters that are data, besides target and prediction
DATA: tuple[tuple[str, str], ...] = (
    (r"class_?weights?|label_?weights?", "(5):positive"),
    (r"sample_weight", "(N):positive"),
    (r"^(global_)?batch_?size$|^bs$|^n$|^num_(samples|examples)$", "():size"),
    (r"^cent(er|re|roid)s?$|codebook|prototype|dictionary", "(3,6):real"),
    (r"mask|^(has|is|use)_|valid", "(N):mask"),
    (r"log_?(var|sigma|std)|logvar", "(N,5):real"),
    (r"(z_)?(mu|mean|loc)(_|$)", "(N,5):real"),
    (r"sigma|std|var(iance)?$|scale$", "(N,5):positive"),
    (r"anchor|positive|negative|emb|feature|query|key|z_?[ij12ab]$|proj|repr|hidden", "(N,6):unit"),
    (r"(input|logit|pred|frame|time)s?_len", "(N):int[10..12]"),
    (r"lengths?$|seq_len", "(N):int[2..5]"),
    (r"advantage|reward|return|value|q_|td|discount", "(N):real"),
    (r"(log_?)?probs?$|dist", "(N,5):prob"),
    (r"action", "(N):int[0..4]"),
    (r"logits?", "(N,5):real"),
    (r"real|fake|critic|disc", "(N,1):real"),
    (r"image|img|frame|content|style|generated|gen_", "(N,32,32,3):image"),
    (r"box", "(N,4):box"),
    (r"labels?|class(es)?|ids?$|indices", "(N):int[0..4]"),
    (r"weights?", "(N):positive"),
)
# of these the rank is a guess: the loss may want them per sample, per row of the prediction, or per entry
ROW_LIKE = frozenset({"mask", "positive", "real", "binary", "unit-interval", "prob", "unit"})
CANNOT_FEED = re.compile(
    r"^(model|net|network|generator|discriminator|encoder|decoder|optimizer|tape|layer|ema)$"
)
PREDICTION = re.compile(
    r"pred|^(y_?)?(logits|outputs?|probs|probabilities|hat|pr|scores?)$|^p$|_hat$|^y_p$|logits$|recon|^student|^x_hat",
    re.IGNORECASE,
)
TARGET = re.compile(r"true|^y$|^y_t$|^real$|label|target|truth|^gt|_gt$|^teacher|^gold", re.IGNORECASE)
# what constructors, factories and attributes get: the literals, and a batch size that is a constant there
ARGUMENTS: Mapping[str, object] = {**LITERALS, "batch_size": 8, "global_batch_size": 8}
