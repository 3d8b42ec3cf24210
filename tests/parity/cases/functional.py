"""torch.nn.functional: activations and losses with the rows of their modules; embeddings, norms, products, attention."""
import copy

from case import INF, NAN, SPECIAL, B, I, T, V, Cases
from cases import activation, loss

cases = Cases("F")
add = cases.add
N = {"N": 3}
P = dict(low=0.05, high=0.95)

#: Functions whose options are those of the module.
ACTIVATIONS = {"ReLU": "relu", "ReLU6": "relu6", "SELU": "selu", "Hardswish": "hardswish", "Hardsigmoid": "hardsigmoid",
               "SiLU": "silu", "Mish": "mish", "Sigmoid": "sigmoid", "LogSigmoid": "logsigmoid", "Tanh": "tanh",
               "Tanhshrink": "tanhshrink", "Softsign": "softsign", "ELU": "elu", "CELU": "celu", "GELU": "gelu",
               "LeakyReLU": "leaky_relu", "Hardtanh": "hardtanh", "Threshold": "threshold", "Softplus": "softplus",
               "Hardshrink": "hardshrink", "Softshrink": "softshrink", "Softmax": "softmax", "Softmin": "softmin",
               "LogSoftmax": "log_softmax", "GLU": "glu"}
LOSSES = {"L1Loss": "l1_loss", "MSELoss": "mse_loss", "SmoothL1Loss": "smooth_l1_loss", "HuberLoss": "huber_loss",
          "BCELoss": "binary_cross_entropy", "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
          "CrossEntropyLoss": "cross_entropy", "NLLLoss": "nll_loss", "KLDivLoss": "kl_div",
          "SoftMarginLoss": "soft_margin_loss", "MultiLabelSoftMarginLoss": "multilabel_soft_margin_loss",
          "MultiMarginLoss": "multi_margin_loss", "HingeEmbeddingLoss": "hinge_embedding_loss",
          "MarginRankingLoss": "margin_ranking_loss", "CosineEmbeddingLoss": "cosine_embedding_loss",
          "TripletMarginLoss": "triplet_margin_loss",
          "TripletMarginWithDistanceLoss": "triplet_margin_with_distance_loss", "PoissonNLLLoss": "poisson_nll_loss",
          "GaussianNLLLoss": "gaussian_nll_loss"}


def of_modules(rows, names):
    for row in rows:
        if row["call"] not in names or "distance_function" in row["options"]:
            continue
        row, call = copy.deepcopy(row), names[row["call"]]
        title = row["name"].split(".", 2)[2]
        row.update(name=f"F.{call}.{title}", kind="F", call=call)
        for operand in row["operands"]:
            if operand.get("role"):  # weights are no inputs
                operand.update(role=operand["role"].replace("option:", "forward:"), constant=True)
        cases.rows.append(row)


of_modules(activation.cases.rows, ACTIVATIONS)
for row in cases.rows:  # PyTorch's vector code makes NaN of infinity, its f64 code and the rest of a line do not
    if row["call"] == "gelu":
        for operand in row["operands"]:
            if "values" in operand:
                operand["values"] = [1.5 if v == "inf" else v for v in operand["values"]]
of_modules(loss.cases.rows, LOSSES)
add("prelu", "shared", [T("N", 3, 4), T(1)], sizes=N)
add("prelu", "channels", [T("N", 3, 4), T(3)], sizes=N)
add("prelu", "special", [V(SPECIAL), T(1)], no_grad=True)
add("prelu", "error", [T(2, 4, 4), T(3)], error=True)
add("rrelu", "eval", [T("N", 5)], sizes=N)
add("rrelu", "bounds", [T("N", 5)], {"lower": 0.1, "upper": 0.2}, sizes=N)
add("rrelu", "train_fixed", [T(3, 5)], {"lower": 0.25, "upper": 0.25, "training": True})
add("gumbel_softmax", "one", [T("N", 1)], {"tau": 0.5}, sizes=N)  # one class: whatever is drawn
add("gumbel_softmax", "one_hard", [T("N", 1)], {"hard": True}, sizes=N)
for name in ("softmax", "softmin", "log_softmax"):
    add(name, "integers_dtype", [I("N", 4, high=5)], {"dim": 1, "dtype": "float32"}, sizes=N, f32_only=True)

SIGNS = V([-1.0, 1.0, 1.0, -1.0, 1.0], grad=False)
add("multilabel_margin_loss", "plain", [T("N", 4), V([1, 3, -1, 0] * 3, [3, 4], dtype="i64")])
for row in cases.rows[-1:]:
    row["operands"][0]["shape"] = [3, 4]
for reduction in ("none", "sum"):
    add("multilabel_margin_loss", reduction, [T(2, 4), V([2, -1, 0, 0, 0, 1, 2, 3], [2, 4], dtype="i64")],
        {"reduction": reduction})
add("multilabel_margin_loss", "line", [T(4), V([1, 3, -1, 0], dtype="i64")])
LENGTHS = [V([6, 5], dtype="i64"), V([3, 2], dtype="i64")]
for reduction in ("none", "mean", "sum"):
    add("ctc_loss", reduction, [T(6, 2, 4), V([1, 2, 1, 3, 3, 0], [2, 3], dtype="i64"), *LENGTHS], {"reduction": reduction},
        no_grad=True)
add("ctc_loss", "joined", [T(6, 2, 4), V([1, 2, 1, 3, 3], dtype="i64"), *LENGTHS], no_grad=True)
add("ctc_loss", "blank", [T(6, 2, 4), V([1, 2, 1, 0, 0, 0], [2, 3], dtype="i64"), *LENGTHS], {"blank": 3}, no_grad=True)
add("ctc_loss", "impossible", [T(2, 1, 4), V([1, 2, 1], [1, 3], dtype="i64"), V([2], dtype="i64"), V([3], dtype="i64")],
    {"zero_infinity": True}, no_grad=True)
add("linear_cross_entropy", "plain", [T("N", 4), T(5, 4), I("N", high=5)], sizes=N)
add("linear_cross_entropy", "sum", [T("N", 4), T(5, 4), I("N", high=5)], {"reduction": "sum", "label_smoothing": 0.1}, sizes=N)

for bias in (False, True):
    extra = [T(5)] if bias else []
    add("linear", f"bias{bias}", [T("N", 4), T(5, 4), *extra], sizes=N)
    add("linear", f"deep{bias}", [T("N", 2, 4), T(5, 4), *extra], sizes=N)
    add("linear", f"line{bias}", [T(4), T(5, 4), *extra])
    add("bilinear", f"bias{bias}", [T("N", 3), T("N", 4), T(5, 3, 4), *extra], sizes=N)
add("linear", "empty", [T(0, 4), T(5, 4)])
add("linear", "error", [T(2, 3), T(5, 4)], error=True)
add("embedding", "plain", [I("N", 4, high=7), T(7, 3)], sizes=N)
add("embedding", "padding", [V([0, 2, 2, 6], dtype="i64"), T(7, 3)], {"padding_idx": 2})
add("embedding", "padding_negative", [V([0, 6, 5], dtype="i64"), T(7, 3)], {"padding_idx": -1})
add("embedding", "frequency", [V([0, 2, 2, 2], dtype="i64"), T(7, 3)], {"scale_grad_by_freq": True})
add("embedding", "range_error", [V([7], dtype="i64"), T(7, 3)], error=True)
for mode in ("sum", "mean", "max"):
    add("embedding_bag", f"rows_{mode}", [I("N", 4, high=7), T(7, 3)], {"mode": mode}, sizes=N)
    add("embedding_bag", f"offsets_{mode}", [I(6, high=7), T(7, 3), V([0, 2, 2, 5], dtype="i64")], {"mode": mode})
    add("embedding_bag", f"padding_{mode}", [V([1, 2, 3, 1, 1, 2], [2, 3], dtype="i64"), T(7, 3)],
        {"mode": mode, "padding_idx": 1})
add("embedding_bag", "weights", [I("N", 4, high=7), T(7, 3), T("N", 4, role="forward:per_sample_weights")], {"mode": "sum"},
    sizes=N)
add("embedding_bag", "last", [I(6, high=7), T(7, 3), V([0, 2, 6], dtype="i64")], {"mode": "sum", "include_last_offset": True})
add("one_hot", "known", [I("N", 2, high=5)], {"num_classes": 6}, sizes=N)
add("one_hot", "unknown", [V([0, 3, 1], dtype="i64")], eager_only=True)
add("one_hot", "range_error", [V([0, 4], dtype="i64")], {"num_classes": 4}, error=True)
for dim in (0, 1, -1):
    add("cosine_similarity", f"dim{dim}", [T("N", 4, 2), T("N", 4, 2)], {"dim": dim}, sizes=N)
add("cosine_similarity", "broadcast", [T("N", 4), T(1, 4)], {"eps": 1e-3}, sizes=N)
add("cosine_similarity", "zero", [V([0.0, 0.0, 1.0, 2.0], [2, 2]), T(2, 2)])
for number, options in enumerate(({}, {"p": 1.0}, {"p": 3.0, "eps": 1e-3}, {"keepdim": True}, {"p": INF})):
    add("pairwise_distance", f"options{number}", [T("N", 4), T("N", 4)], options, sizes=N)
for number, p in enumerate((2.0, 1.0, 3.0)):
    add("pdist", f"p{number}", [T(4, 3)], {"p": p})
    add("normalize", f"p{number}", [T("N", 4, 2)], {"p": p}, sizes=N)
add("normalize", "dim", [T("N", 4)], {"dim": 0, "eps": 0.5}, sizes=N)
add("normalize", "zero", [V([0.0, 0.0, 3.0, 4.0], [2, 2])], no_grad=True)

S = lambda name, *shape, **keys: T(*shape, role="forward:" + name, **keys)
for training in (False, True):
    for title, extra in {"plain": [], "affine": [S("weight", 3), S("bias", 3)], "weight": [S("weight", 3)]}.items():
        options = {"training": training, "momentum": 0.3, "eps": 1e-3}
        statistics = [T(3, grad=False), T(3, low=0.5, high=1.5, grad=False)]
        add("batch_norm", f"{title}_{training}", [T("N", 3, 4), *statistics, *extra], options, sizes=N)
    add("instance_norm", f"input_stats_{training}", [T("N", 3, 4), S("running_mean", 3, grad=False),
                                                     S("running_var", 3, low=0.5, high=1.5, grad=False)],
        {"use_input_stats": training}, sizes=N)
add("batch_norm", "image", [T("N", 3, 2, 2), T(3, grad=False), T(3, low=0.5, high=1.5, grad=False)], sizes=N)
add("batch_norm", "one_error", [T(1, 3), T(3, grad=False), T(3, low=0.5, high=1.5, grad=False)], {"training": True}, error=True)
add("instance_norm", "plain", [T("N", 3, 4)], sizes=N)
add("instance_norm", "affine", [T("N", 3, 4, 2), S("weight", 3), S("bias", 3)], {"eps": 1e-2}, sizes=N)
for title, extra in {"plain": [], "affine": [S("weight", 4), S("bias", 4)], "weight": [S("weight", 4)]}.items():
    add("layer_norm", title, [T("N", 3, 4), *extra], {"normalized_shape": [4]}, sizes=N)
    add("group_norm", title, [T("N", 4, 3), *extra], {"num_groups": 2, "eps": 1e-3}, sizes=N)
    if title != "affine":
        add("rms_norm", title, [T("N", 3, 4), *extra], {"normalized_shape": [4]}, sizes=N)
add("layer_norm", "two", [T("N", 3, 4), S("weight", 3, 4)], {"normalized_shape": [3, 4], "eps": 1e-2}, sizes=N)
add("layer_norm", "error", [T(2, 3)], {"normalized_shape": [4]}, error=True)
add("rms_norm", "eps", [T("N", 3, 4)], {"normalized_shape": [3, 4], "eps": 0.1}, sizes=N)
add("rms_norm", "error", [T(2, 3)], {"normalized_shape": [4]}, error=True)
add("group_norm", "error", [T(2, 5, 3)], {"num_groups": 2}, error=True)
for size in (2, 3):
    add("local_response_norm", f"size{size}", [T("N", 5, 3)], {"size": size, "alpha": 0.5, "beta": 0.6, "k": 1.5}, sizes=N)
add("local_response_norm", "image", [T("N", 5, 2, 2)], {"size": 3, "alpha": 0.5}, sizes=N)

QKV = [T("N", 2, 3, 4), T("N", 2, 5, 4), T("N", 2, 5, 6)]
MASK = [1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
add("scaled_dot_product_attention", "plain", QKV, sizes=N)
add("scaled_dot_product_attention", "scale", QKV, {"scale": 0.25}, sizes=N)
add("scaled_dot_product_attention", "causal", [T("N", 2, 4, 3)] * 3, {"is_causal": True}, sizes=N)
add("scaled_dot_product_attention", "causal_wide", QKV, {"is_causal": True}, sizes=N)
add("scaled_dot_product_attention", "mask", [*QKV, V(MASK, [3, 5], dtype="bool", role="forward:attn_mask")], sizes=N)
add("scaled_dot_product_attention", "mask_broadcast", [*QKV, B("N", 1, 1, 5, role="forward:attn_mask")], sizes=N)
add("scaled_dot_product_attention", "added", [*QKV, S("attn_mask", 3, 5, grad=False)], sizes=N)
add("scaled_dot_product_attention", "added_gradient", [*QKV, S("attn_mask", 3, 5)], sizes=N)
add("scaled_dot_product_attention", "added_masked",
    [*QKV, V([-INF if not m else 0.5 for m in MASK], [3, 5], role="forward:attn_mask", grad=False)], sizes=N)
add("scaled_dot_product_attention", "three_axes", [T("N", 3, 4), T("N", 5, 4), T("N", 5, 4)], sizes=N)
add("scaled_dot_product_attention", "groups", [T("N", 4, 3, 4), T("N", 2, 5, 4), T("N", 2, 5, 4)], {"enable_gqa": True}, sizes=N)
add("scaled_dot_product_attention", "error", [T(2, 3, 4), T(2, 5, 3), T(2, 5, 3)], error=True)

HEADS = {"embed_dim_to_check": 6, "num_heads": 2, "add_zero_attn": False, "dropout_p": 0.0, "training": False}
PACKED = [S("in_proj_weight", 18, 6), S("in_proj_bias", 18), S("out_proj_weight", 6, 6), S("out_proj_bias", 6)]
SELF, OTHER = [T(3, "N", 6), T(3, "N", 6), T(3, "N", 6)], [T(3, "N", 6), T(5, "N", 6), T(5, "N", 6)]
heads = lambda title, operands, options=None, **keys: add("multi_head_attention_forward", title, operands,
                                                          {**HEADS, **(options or {})}, sizes={"N": 2}, **keys)
NONE = {"in_proj_bias": None, "bias_k": None, "bias_v": None, "out_proj_bias": None}
for title, options in {"plain": {}, "no_weights": {"need_weights": False}, "each_head": {"average_attn_weights": False},
                       "zero": {"add_zero_attn": True}}.items():
    heads(title, [*OTHER, *PACKED], {"bias_k": None, "bias_v": None, **options})
heads("no_bias", [*OTHER, PACKED[0], PACKED[2]], NONE)
heads("bias_kv", [*OTHER, *PACKED, S("bias_k", 1, 1, 6), S("bias_v", 1, 1, 6)])
heads("masks", [*OTHER, *PACKED, V([0, 0, 1, 0, 1] * 3, [3, 5], dtype="bool", role="forward:attn_mask"),
                V([0, 0, 0, 1, 0, 1, 0, 0, 0, 0], [2, 5], dtype="bool", role="forward:key_padding_mask")],
      {"bias_k": None, "bias_v": None})
for row in cases.rows[-1:]:  # the mask of the keys is of two sequences
    row.pop("sizes")
    for operand in row["operands"]:
        operand["shape"] = [2 if size == "N" else size for size in operand["shape"]]
heads("added_mask", [*OTHER, *PACKED, S("attn_mask", 3, 5, grad=False)], {"bias_k": None, "bias_v": None})
heads("causal", [*SELF, *PACKED, V([0, 1, 1, 0, 0, 1, 0, 0, 0], [3, 3], dtype="bool", role="forward:attn_mask")],
      {"bias_k": None, "bias_v": None, "is_causal": True, "need_weights": False})
heads("separate", [T(3, "N", 6), T(5, "N", 4), T(5, "N", 3), S("q_proj_weight", 6, 6), S("k_proj_weight", 6, 4),
                   S("v_proj_weight", 6, 3), *PACKED[1:]],
      {"in_proj_weight": None, "bias_k": None, "bias_v": None, "use_separate_proj_weight": True})
heads("unbatched", [T(3, 6), T(5, 6), T(5, 6), *PACKED], {"bias_k": None, "bias_v": None})
cases.rows[-1].pop("sizes")
heads("heads_error", [T(3, 2, 6), T(5, 2, 6), T(5, 2, 6), *PACKED], {"bias_k": None, "bias_v": None, "num_heads": 4},
      error=True)

for name in ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"):
    shape = {"dropout1d": [4], "dropout2d": [4, 2], "dropout3d": [4, 2, 2]}.get(name, [])
    add(name, "eval", [T("N", 3, *shape)], {"p": 0.4, "training": False}, sizes=N)
    add(name, "p0", [T("N", 3, *shape)], {"p": 0.0, "training": True}, sizes=N)
    add(name, "error", [T(2, 3, *shape)], {"p": 1.5, "training": True}, error=True)
    if "alpha" not in name:
        add(name, "p1", [T("N", 3, *shape)], {"p": 1.0, "training": True}, sizes=N)
