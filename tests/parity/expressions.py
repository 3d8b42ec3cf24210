"""What the options of some cases stand for, which JSON cannot say: indices between brackets."""

READ = {
    "integer": lambda x: x[1], "negative": lambda x: x[-1, -2], "two": lambda x: x[0, 1], "slice": lambda x: x[:, 1:3],
    "slice_open": lambda x: x[1:, :-1], "slice_step": lambda x: x[:, ::2], "slice_beyond": lambda x: x[:, 2:99],
    "slice_negative": lambda x: x[:, -3:-1], "none": lambda x: x[None, :, None], "ellipsis": lambda x: x[..., 0],
    "ellipsis_middle": lambda x: x[0, ..., 1], "mixed": lambda x: x[:, None, 1:, ..., -1],
    "tensor": lambda x, i: x[i], "tensor_negative": lambda x, i: x[i], "tensor_matrix": lambda x, i: x[i],
    "tensor_column": lambda x, i: x[:, i], "two_tensors": lambda x, i, j: x[i, j],
    "two_tensors_broadcast": lambda x, i, j: x[i, j], "tensors_apart": lambda x, i, j: x[i, :, j],
    "tensor_and_slice": lambda x, i: x[1:, i], "tensor_and_integer": lambda x, i: x[i, 2],
}


def getitem(*tensors, which):
    return READ[which](*tensors)


def setitem(x, *tensors, which):
    y = x.clone()
    value, rest = (tensors[0] if tensors else None), tensors[1:]
    if which == "integer":
        y[1] = value
    elif which == "negative":
        y[-1, -2] = value
    elif which == "slice":
        y[:, 0:4] = value
    elif which == "slice_step":
        y[:, ::2] = value
    elif which == "ellipsis":
        y[..., 0] = value
    elif which == "two":
        y[0, 1] = value
    elif which == "scalar":
        y[1] = 2.5
    elif which == "add":
        y[1] += value
    elif which == "tensor":
        y[rest[0]] = value
    elif which == "tensor_column":
        y[:, rest[0]] = value
    elif which == "accumulate":
        y.index_put_((rest[0],), value, accumulate=True)
    elif which == "two_tensors":
        y[rest[0], rest[1]] = value
    elif which == "mask":
        y[rest[0]] = value
    elif which == "mask_scalar":
        y[tensors[0]] = -4.0
    else:
        raise KeyError(which)
    return y


def index_put(x, value, *indices, which):
    return x.index_put(indices, value, accumulate=which == "accumulate")


FUNCTIONS = {"getitem": getitem, "setitem": setitem, "index_put": index_put}
