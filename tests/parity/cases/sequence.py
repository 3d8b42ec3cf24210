"""Recurrent layers, attention, transformers."""
from case import INF, T, V, Cases

cases = Cases("nn")
add = cases.add

for name in ("RNN", "LSTM", "GRU"):
    states = 2 if name == "LSTM" else 1
    base = {"input_size": 3, "hidden_size": 4}
    rows = {"plain": {}, "layers": {"num_layers": 2}, "both_ways": {"bidirectional": True},
            "all": {"num_layers": 2, "bidirectional": True, "batch_first": True}, "no_bias": {"bias": False}}
    if name == "RNN":
        rows["relu"] = {"nonlinearity": "relu"}
    if name == "LSTM":
        rows["projected"] = {"proj_size": 2}
        rows["projected_layers"] = {"proj_size": 2, "num_layers": 2, "bidirectional": True}
    for title, options in rows.items():
        shape = ["N", 3] if options.get("batch_first") else [3, "N"]
        add(name, title, [T(*shape, 3)], {**base, **options}, sizes={"N": 2})
        depth = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
        hidden = [T(depth, "N", options.get("proj_size") or 4), T(depth, "N", 4)][:states]
        add(name, title + "_state", [T(*shape, 3), *hidden], {**base, **options}, sizes={"N": 2}, as_pair=states == 2)
    add(name, "unbatched", [T(3, 3)], base)
    add(name, "sequence", [T("T", 2, 3)], base, sizes={"T": 4})
    add(name, "input_error", [T(3, 2, 5)], base, error=True)
    add(name, "rank_error", [T(3, 2, 3, 1)], base, error=True)
    cell = name + "Cell"
    add(cell, "plain", [T("N", 3)], base, sizes={"N": 2})
    add(cell, "no_bias", [T("N", 3)], {**base, "bias": False}, sizes={"N": 2})
    add(cell, "state", [T("N", 3), T("N", 4), T("N", 4)][:1 + states], base, sizes={"N": 2}, as_pair=states == 2)
    add(cell, "unbatched", [T(3)], base)
    add(cell, "input_error", [T(2, 5)], base, error=True)
add("RNNCell", "relu", [T("N", 3)], {"input_size": 3, "hidden_size": 4, "nonlinearity": "relu"}, sizes={"N": 2})

MHA = {"embed_dim": 4, "num_heads": 2}
for title, options in {"plain": {}, "batch_first": {"batch_first": True}, "no_bias": {"bias": False},
                       "bias_kv": {"add_bias_kv": True}, "zero": {"add_zero_attn": True},
                       "sizes": {"kdim": 3, "vdim": 5}}.items():
    shape = ["N", 3] if options.get("batch_first") else [3, "N"]
    other = ["N", 2] if options.get("batch_first") else [2, "N"]
    operands = [T(*shape, 4), T(*other, options.get("kdim", 4)), T(*other, options.get("vdim", 4))]
    add("MultiheadAttention", title, operands, {**MHA, **options}, sizes={"N": 2})
add("MultiheadAttention", "unbatched", [T(3, 4), T(2, 4), T(2, 4)], MHA)
add("MultiheadAttention", "all_heads", [T(3, "N", 4), T(2, "N", 4), T(2, "N", 4)], MHA,
    forward={"average_attn_weights": False}, sizes={"N": 2})
add("MultiheadAttention", "no_weights", [T(3, "N", 4), T(2, "N", 4), T(2, "N", 4)], MHA,
    forward={"need_weights": False}, sizes={"N": 2})
MASK = [0, 1, 0, 0, 1, 0]
add("MultiheadAttention", "bool_mask", [T(3, 2, 4), T(2, 2, 4), T(2, 2, 4),
                                        V(MASK, [3, 2], dtype="bool", role="forward:attn_mask")], MHA)
add("MultiheadAttention", "float_mask", [T(3, 2, 4), T(2, 2, 4), T(2, 2, 4),
                                         V([0.0, -INF, 0.5, 0.0, -INF, 1.0], [3, 2], role="forward:attn_mask",
                                           grad=False)], MHA)
add("MultiheadAttention", "padding_mask", [T(3, 2, 4), T(2, 2, 4), T(2, 2, 4),
                                           V([0, 1, 0, 0], [2, 2], dtype="bool", role="forward:key_padding_mask")], MHA)
add("MultiheadAttention", "heads_error", [T(3, 2, 4), T(2, 2, 4), T(2, 2, 4)], {"embed_dim": 4, "num_heads": 3},
    error=True)
add("MultiheadAttention", "size_error", [T(3, 2, 5), T(2, 2, 5), T(2, 2, 5)], MHA, error=True)

LAYER = {"d_model": 4, "nhead": 2, "dim_feedforward": 6, "dropout": 0.0}
for title, options in {"plain": {}, "gelu": {"activation": "gelu"}, "norm_first": {"norm_first": True},
                       "batch_first": {"batch_first": True}, "no_bias": {"bias": False},
                       "eps": {"layer_norm_eps": 0.1}}.items():
    for train in (True, False):
        mode = "train" if train else "eval"
        shape = ["N", 3] if options.get("batch_first") else [3, "N"]
        add("TransformerEncoderLayer", f"{title}_{mode}", [T(*shape, 4)], {**LAYER, **options}, train=train,
            sizes={"N": 2})
        add("TransformerDecoderLayer", f"{title}_{mode}", [T(*shape, 4), T(*shape, 4)], {**LAYER, **options},
            train=train, sizes={"N": 2})
add("TransformerEncoder", "two_layers", [T(3, "N", 4)], {"layer": LAYER, "num_layers": 2, "norm": 4}, train=True,
    sizes={"N": 2})
add("TransformerDecoder", "two_layers", [T(3, "N", 4), T(2, "N", 4)], {"layer": LAYER, "num_layers": 2, "norm": 4},
    train=True, sizes={"N": 2})
add("Transformer", "small", [T(3, "N", 4), T(2, "N", 4)],
    {**LAYER, "num_encoder_layers": 1, "num_decoder_layers": 1}, train=True, sizes={"N": 2})
