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

# Sequences of different lengths, packed: sorted, and not.
for name in ("RNN", "LSTM", "GRU"):
    for title, options in {"plain": {}, "layers": {"num_layers": 2, "bidirectional": True},
                           "batch_first": {"batch_first": True, "bidirectional": True}}.items():
        first = options.get("batch_first", False)
        for order, lengths in {"sorted": [4, 2, 1], "unsorted": [2, 4, 1], "equal": [4, 4, 4]}.items():
            packed = {"lengths": lengths, "batch_first": first, "enforce_sorted": order == "sorted"}
            add(name, f"packed_{title}_{order}", [T(3, 4, 3) if first else T(4, 3, 3)],
                {"input_size": 3, "hidden_size": 4, **options}, forward={"packed": packed})
    states = 2 if name == "LSTM" else 1
    add(name, "packed_state", [T(4, 3, 3), *[T(1, 3, 4)] * states], {"input_size": 3, "hidden_size": 4},
        forward={"packed": {"lengths": [2, 4, 1], "enforce_sorted": False}}, as_pair=states == 2)
    add(name, "one_step", [T(1, "N", 3)], {"input_size": 3, "hidden_size": 4}, sizes={"N": 2})
    add(name, "one", [T(1, 1, 1)], {"input_size": 1, "hidden_size": 1})
    add(name, "dropout_eval", [T(3, "N", 3)], {"input_size": 3, "hidden_size": 4, "num_layers": 2, "dropout": 0.5},
        sizes={"N": 2})
    add(name, "state_error", [T(3, 2, 3), *[T(1, 3, 4)] * states], {"input_size": 3, "hidden_size": 4}, error=True,
        as_pair=states == 2)
    add(name, "empty_sequence_error", [T(0, 2, 3)], {"input_size": 3, "hidden_size": 4}, error=True)
    add(name, "hidden_error", [T(3, 2, 3)], {"input_size": 3, "hidden_size": 0}, error=True)
add("LSTM", "projection_error", [T(3, 2, 3)], {"input_size": 3, "hidden_size": 4, "proj_size": 4}, error=True)
add("RNN", "nonlinearity_error", [T(3, 2, 3)], {"input_size": 3, "hidden_size": 4, "nonlinearity": "gelu"}, error=True)

# Attention: every mask with and without weights, rows that see nothing, sizes with names.
QKV = [T("L", "N", 4), T("S", "N", 4), T("S", "N", 4)]
NAMED = {"N": 2, "L": 3, "S": 2}
WHOLE = [T(3, 2, 4), T(2, 2, 4), T(2, 2, 4)]
MASKS = {"bool_mask": V(MASK, [3, 2], dtype="bool", role="forward:attn_mask"),
         "bool_masked_row": V([1, 1, 0, 0, 1, 0], [3, 2], dtype="bool", role="forward:attn_mask"),
         "float_masked_row": V([-INF, -INF, 0.5, 0.0, -INF, 1.0], [3, 2], role="forward:attn_mask", grad=False),
         "mask_per_head": T(4, 3, 2, role="forward:attn_mask", grad=False),
         "bool_mask_per_head": V(MASK * 4, [4, 3, 2], dtype="bool", role="forward:attn_mask"),
         "padding_mask": V([0, 1, 0, 0], [2, 2], dtype="bool", role="forward:key_padding_mask"),
         "float_padding_mask": T(2, 2, role="forward:key_padding_mask", grad=False)}
for title, mask in MASKS.items():
    for weights in (True, False):
        if title in ("bool_mask", "padding_mask") and weights:
            continue  # above
        add("MultiheadAttention", f"{title}_{'weights' if weights else 'no_weights'}", [*WHOLE, mask], MHA,
            forward={"need_weights": weights})
for title, options in {"plain": {}, "zero_and_bias": {"add_zero_attn": True, "add_bias_kv": True},
                       "one_head": {"num_heads": 1}, "no_bias_sizes": {"bias": False}}.items():
    for weights in (True, False):
        add("MultiheadAttention", f"named_{title}_{weights}", QKV, {**MHA, **options}, forward={"need_weights": weights},
            sizes=NAMED)
add("MultiheadAttention", "both_masks", [*WHOLE, MASKS["bool_mask"], MASKS["padding_mask"]],
    {**MHA, "add_zero_attn": True, "add_bias_kv": True})
add("MultiheadAttention", "sizes_bias_kv", [T(3, "N", 4), T(2, "N", 3), T(2, "N", 5)],
    {**MHA, "kdim": 3, "vdim": 5, "add_bias_kv": True, "bias": False}, sizes={"N": 2})
add("MultiheadAttention", "self", [T("L", "N", 4), T("L", "N", 4), T("L", "N", 4)], MHA, sizes={"N": 2, "L": 3})
CAUSAL = V([0.0, -INF, -INF, 0.0, 0.0, -INF, 0.0, 0.0, 0.0], [3, 3], role="forward:attn_mask", grad=False)
for weights in (True, False):
    add("MultiheadAttention", f"causal_{weights}", [T(3, 2, 4), T(3, 2, 4), T(3, 2, 4), CAUSAL], MHA,
        forward={"need_weights": weights, "is_causal": True})
add("MultiheadAttention", "unbatched_mask", [T(3, 4), T(2, 4), T(2, 4), MASKS["bool_mask"]], MHA)
add("MultiheadAttention", "unbatched_no_weights", [T(3, 4), T(2, 4), T(2, 4)], MHA, forward={"need_weights": False})
add("MultiheadAttention", "dropout_eval", WHOLE, {**MHA, "dropout": 0.5})
add("MultiheadAttention", "one", [T(1, 1, 1), T(1, 1, 1), T(1, 1, 1)], {"embed_dim": 1, "num_heads": 1})
add("MultiheadAttention", "causal_error", [T(3, 2, 4), T(3, 2, 4), T(3, 2, 4)], MHA, forward={"is_causal": True},
    error=True)
add("MultiheadAttention", "mask_error", [*WHOLE, T(3, 3, role="forward:attn_mask", grad=False)], MHA, error=True)
add("MultiheadAttention", "key_error", [T(3, 2, 4), T(2, 2, 4), T(3, 2, 4)], MHA, error=True)

# Transformers: masks, padding, sizes with names, options.
SQUARE = lambda role: V([0.0, -INF, -INF, 0.0, 0.0, -INF, 0.5, 0.0, 0.0], [3, 3], role="forward:" + role, grad=False)
PADDING = lambda role: V([0, 0, 1, 0, 0, 0], [2, 3], dtype="bool", role="forward:" + role)
for train in (True, False):
    mode = "train" if train else "eval"
    encoder, decoder = [T(3, 2, 4)], [T(3, 2, 4), T(3, 2, 4)]
    add("TransformerEncoderLayer", f"mask_{mode}", [*encoder, SQUARE("src_mask")], LAYER, train=train)
    add("TransformerEncoderLayer", f"padding_{mode}", [*encoder, PADDING("src_key_padding_mask")], LAYER, train=train)
    add("TransformerEncoderLayer", f"causal_{mode}", [*encoder, V([0.0, -INF, -INF, 0.0, 0.0, -INF, 0.0, 0.0, 0.0], [3, 3],
                                                                  role="forward:src_mask", grad=False)], LAYER, train=train,
        forward={"is_causal": True})
    add("TransformerDecoderLayer", f"masks_{mode}", [*decoder, SQUARE("tgt_mask"), SQUARE("memory_mask")], LAYER,
        train=train)
    add("TransformerDecoderLayer", f"padding_{mode}", [*decoder, PADDING("tgt_key_padding_mask"),
                                                       PADDING("memory_key_padding_mask")], LAYER, train=train)
    add("TransformerEncoderLayer", f"named_{mode}", [T("L", "N", 4)], {**LAYER, "norm_first": True}, train=train,
        sizes={"N": 2, "L": 3})
    add("TransformerDecoderLayer", f"named_{mode}", [T("L", "N", 4), T("S", "N", 4)], {**LAYER, "norm_first": True},
        train=train, sizes={"N": 2, "L": 3, "S": 2})
    two = {"layer": LAYER, "num_layers": 2}
    add("TransformerEncoder", f"masks_{mode}", [*encoder, SQUARE("mask"), PADDING("src_key_padding_mask")],
        {**two, "norm": 4}, train=train)
    add("TransformerEncoder", f"no_norm_{mode}", [T("L", "N", 4)], two, train=train, sizes={"N": 2, "L": 3})
    add("TransformerEncoder", f"first_{mode}", [T("N", "L", 4)],
        {"layer": {**LAYER, "batch_first": True, "norm_first": True, "activation": "gelu"}, "num_layers": 2, "norm": 4},
        train=train, sizes={"N": 2, "L": 3})
    add("TransformerDecoder", f"masks_{mode}", [*decoder, SQUARE("tgt_mask"), SQUARE("memory_mask"),
                                                PADDING("tgt_key_padding_mask")], {**two, "norm": 4}, train=train)
    add("TransformerDecoder", f"no_norm_{mode}", [T("L", "N", 4), T("S", "N", 4)], two, train=train,
        sizes={"N": 2, "L": 3, "S": 2})
    both = {**LAYER, "num_encoder_layers": 1, "num_decoder_layers": 1}
    add("Transformer", f"masks_{mode}", [*decoder, SQUARE("src_mask"), SQUARE("tgt_mask"), SQUARE("memory_mask")], both,
        train=train)
    add("Transformer", f"padding_{mode}", [*decoder, *[PADDING(p + "_key_padding_mask") for p in
                                                      ("src", "tgt", "memory")]], both, train=train)
    for title, options in {"norm_first": {"norm_first": True}, "gelu": {"activation": "gelu"}, "no_bias": {"bias": False},
                           "batch_first": {"batch_first": True}}.items():
        shape = (lambda s: ["N", s]) if options.get("batch_first") else (lambda s: [s, "N"])
        add("Transformer", f"{title}_{mode}", [T(*shape("L"), 4), T(*shape("S"), 4)], {**both, **options}, train=train,
            sizes={"N": 2, "L": 3, "S": 2})
add("TransformerEncoderLayer", "unbatched", [T(3, 4)], LAYER)
add("TransformerDecoderLayer", "unbatched", [T(3, 4), T(2, 4)], LAYER)
add("Transformer", "unbatched", [T(3, 4), T(2, 4)], both)
add("TransformerEncoderLayer", "dropout_eval", [T(3, "N", 4)], {**LAYER, "dropout": 0.5}, sizes={"N": 2})
add("Transformer", "two_and_three", [T(3, "N", 4), T(2, "N", 4)],
    {**LAYER, "num_encoder_layers": 2, "num_decoder_layers": 3}, sizes={"N": 2})
add("TransformerEncoderLayer", "heads_error", [T(3, 2, 4)], {**LAYER, "nhead": 3}, error=True)
add("TransformerEncoderLayer", "size_error", [T(3, 2, 5)], LAYER, error=True)
add("Transformer", "batch_error", [T(3, 2, 4), T(2, 3, 4)], both, error=True)
add("Transformer", "width_error", [T(3, 2, 4), T(2, 2, 5)], both, error=True)
add("Transformer", "activation_error", [T(3, 2, 4), T(2, 2, 4)], {**both, "activation": "tanh"}, error=True)
