#!/usr/bin/env python3
"""Writes tests/data/optim.safetensors: what PyTorch's optimizers and learning-rate schedulers do.

usage: record_optim.py record      writes the file, and tests/data/recorded_{adam,sgd,lbfgs}.pt
       record_optim.py check FILE  loads an optimizer's state that lithe wrote (build/release/optim_state.pt after the tests)

Each optimizer makes 20 steps on the loss of `loss()`, in f64 and f32; recorded are both parameters after every step.
Each schedule makes 30 steps; recorded are the rates (and momenta) of both groups at every epoch.
Needs torch and safetensors; the version is in the file's metadata. The tests name the same cases:
tests/optim/recorded_cases.h and tests/optim/lr_scheduler.cpp."""
import pathlib
import sys

import torch
from safetensors.torch import save_file

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
O = torch.optim

CASES = {
    "sgd": (O.SGD, dict(lr=0.05)),
    "sgd_momentum": (O.SGD, dict(lr=0.02, momentum=0.9, dampening=0.25, weight_decay=0.1)),
    "sgd_nesterov": (O.SGD, dict(lr=0.02, momentum=0.8, nesterov=True)),
    "sgd_maximize": (O.SGD, dict(lr=0.01, momentum=0.5, weight_decay=0.3, maximize=True)),
    "sgd_nesterov_decay": (O.SGD, dict(lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.2)),
    "sgd_decay": (O.SGD, dict(lr=0.05, weight_decay=0.5)),
    "adam": (O.Adam, dict(lr=0.1)),
    "adam_decay": (O.Adam, dict(lr=0.05, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1)),
    "adam_amsgrad": (O.Adam, dict(lr=0.2, betas=(0.5, 0.6), amsgrad=True)),
    "adam_maximize": (O.Adam, dict(lr=0.03, maximize=True)),
    "adam_decoupled": (O.Adam, dict(lr=0.1, weight_decay=0.3, decoupled_weight_decay=True)),
    "adam_zero": (O.Adam, dict(lr=0.0, betas=(0.0, 0.0), weight_decay=0.1)),
    "adamw": (O.AdamW, dict(lr=0.1)),
    "adamw_amsgrad": (O.AdamW, dict(lr=0.2, betas=(0.5, 0.6), weight_decay=0.3, amsgrad=True)),
    "adamw_maximize": (O.AdamW, dict(lr=0.03, weight_decay=0.3, maximize=True)),
    "adagrad": (O.Adagrad, dict(lr=0.3)),
    "adagrad_decay": (O.Adagrad, dict(lr=0.3, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-3)),
    "adagrad_maximize": (O.Adagrad, dict(lr=0.1, maximize=True)),
    "adadelta": (O.Adadelta, dict()),
    "adadelta_decay": (O.Adadelta, dict(lr=0.5, rho=0.7, eps=1e-3, weight_decay=0.1)),
    "adadelta_maximize": (O.Adadelta, dict(maximize=True)),
    "adamax": (O.Adamax, dict(lr=0.1)),
    "adamax_decay": (O.Adamax, dict(lr=0.1, betas=(0.7, 0.8), eps=1e-3, weight_decay=0.1)),
    "adamax_maximize": (O.Adamax, dict(lr=0.03, maximize=True)),
    "nadam": (O.NAdam, dict(lr=0.1)),
    "nadam_decay": (O.NAdam, dict(lr=0.1, betas=(0.7, 0.8), eps=1e-3, weight_decay=0.1, momentum_decay=0.1)),
    "nadam_decoupled": (O.NAdam, dict(lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)),
    "nadam_maximize": (O.NAdam, dict(lr=0.03, maximize=True)),
    "radam": (O.RAdam, dict(lr=0.1)),
    "radam_decay": (O.RAdam, dict(lr=0.1, betas=(0.7, 0.9), eps=1e-3, weight_decay=0.1)),
    "radam_decoupled": (O.RAdam, dict(lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)),
    "radam_maximize": (O.RAdam, dict(lr=0.03, maximize=True)),
    "rmsprop": (O.RMSprop, dict(lr=0.05)),
    "rmsprop_momentum": (O.RMSprop, dict(lr=0.02, alpha=0.8, eps=1e-3, weight_decay=0.1, momentum=0.7)),
    "rmsprop_centered": (O.RMSprop, dict(lr=0.02, centered=True)),
    "rmsprop_all": (O.RMSprop, dict(lr=0.01, momentum=0.5, centered=True, maximize=True)),
    "asgd": (O.ASGD, dict(lr=0.05, lambd=0.01, alpha=0.5, t0=5, weight_decay=0.1)),
    "asgd_maximize": (O.ASGD, dict(lr=0.01, maximize=True)),
    "rprop": (O.Rprop, dict(lr=0.05)),
    "rprop_bounds": (O.Rprop, dict(lr=0.05, etas=(0.3, 1.5), step_sizes=(0.01, 0.1), maximize=True)),
    "lbfgs": (O.LBFGS, dict(lr=0.1, max_iter=4)),
    "lbfgs_history": (O.LBFGS, dict(lr=0.3, max_iter=3, history_size=2)),
    "lbfgs_wolfe": (O.LBFGS, dict(max_iter=3, line_search_fn="strong_wolfe")),
    "lbfgs_wolfe_history": (O.LBFGS, dict(lr=0.5, max_iter=5, history_size=2, line_search_fn="strong_wolfe")),
    "lbfgs_loose": (O.LBFGS, dict(lr=0.5, max_iter=8, tolerance_grad=1e-2, tolerance_change=1e-3)),
    "lbfgs_wolfe_far": (O.LBFGS, dict(lr=8, max_iter=2, max_eval=7, line_search_fn="strong_wolfe")),
}


def parameters(dtype):
    def numbers(count, stream):
        i = torch.arange(count, dtype=torch.float64)
        return 1.5 * torch.sin(1 + 1.7 * i + 12.9898 * (stream + 1))
    a = numbers(12, 0).reshape(3, 4).to(dtype).requires_grad_()
    b = numbers(5, 1).to(dtype).requires_grad_()
    return a, b


def loss(a, b, sign):
    """Smooth, not quadratic, with both parameters coupled; to be made large where sign is -1."""
    quartic = (a * a * a * a).sum() * 0.05 + (b * b).sum() * 0.5
    return sign * (quartic + (a[0] * b[:4]).sum() * 0.3 + (a - 0.5).square().sum() * 0.25)


def trajectory(kind, options, dtype, keep=None):
    a, b = parameters(dtype)
    optimizer = kind([a, b], **options)
    sign = -1 if options.get("maximize") else 1
    points = []
    for _ in range(20):
        def closure():
            optimizer.zero_grad()
            value = loss(a, b, sign)
            value.backward()
            return value
        if kind is O.LBFGS:
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
        points.append(torch.cat([a.detach().flatten(), b.detach()]))
    if keep is not None:
        torch.save({"optimizer": optimizer.state_dict(), "a": a.detach(), "b": b.detach()}, DATA / f"recorded_{keep}.pt")
    return torch.stack(points)


def groups(kind=O.SGD):
    a, b = parameters(torch.float64)
    extra = dict(momentum=0.9) if kind is O.SGD else {}
    return kind([dict(params=[a]), dict(params=[b], lr=0.5)], lr=0.05, **extra)


S = O.lr_scheduler
METRICS = [1, 0.9, 0.9, 0.9, 0.9, 0.89999, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.6, 0.61, 0.62, 0.63, 0.64, 0.6] * 2
SCHEDULES = {
    "step": lambda o: S.StepLR(o, 4, 0.3),
    "multi_step": lambda o: S.MultiStepLR(o, [3, 7, 7, 20], 0.5),
    "constant": lambda o: S.ConstantLR(o, 0.25, 6),
    "linear": lambda o: S.LinearLR(o, 0.1, 0.8, 12),
    "exponential": lambda o: S.ExponentialLR(o, 0.9),
    "cosine": lambda o: S.CosineAnnealingLR(o, 7, 0.01),
    "warm_restarts": lambda o: S.CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
    "warm_restarts_even": lambda o: S.CosineAnnealingWarmRestarts(o, 5),
    "polynomial": lambda o: S.PolynomialLR(o, 11, 2.0),
    "cyclic": lambda o: S.CyclicLR(o, 0.01, 0.1, step_size_up=4, step_size_down=3),
    "cyclic_halving": lambda o: S.CyclicLR(o, [0.01, 0.02], [0.1, 0.3], step_size_up=3, mode="triangular2"),
    "cyclic_exp": lambda o: S.CyclicLR(o, 0.01, 0.1, step_size_up=5, mode="exp_range", gamma=0.9, cycle_momentum=False),
    "cyclic_function": lambda o: S.CyclicLR(o, 0.01, 0.1, step_size_up=4, scale_fn=lambda x: 1 / (1 + x), base_momentum=0.6),
    "cyclic_adam": lambda o: S.CyclicLR(o, 0.01, 0.1, step_size_up=4),
    "one_cycle": lambda o: S.OneCycleLR(o, 0.5, total_steps=31),
    "one_cycle_linear": lambda o: S.OneCycleLR(o, [0.5, 0.2], epochs=8, steps_per_epoch=5, anneal_strategy="linear"),
    "one_cycle_three": lambda o: S.OneCycleLR(o, 0.5, total_steps=40, three_phase=True, pct_start=0.4, div_factor=10),
    "one_cycle_adam": lambda o: S.OneCycleLR(o, 0.5, total_steps=35, max_momentum=0.9, base_momentum=0.8),
    "lambda": lambda o: S.LambdaLR(o, [lambda t: 0.95 ** t, lambda t: 1 / (1 + t)]),
    "multiplicative": lambda o: S.MultiplicativeLR(o, lambda t: 0.9 if t % 2 else 1.05),
    "sequential": lambda o: S.SequentialLR(
        o, [S.ConstantLR(o, 0.1, 5), S.ExponentialLR(o, 0.9), S.StepLR(o, 3, 0.5)], [5, 15]),
    "sequential_warmup": lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.01, 1.0, 10), S.CosineAnnealingLR(o, 20)], [10]),
    "chained": lambda o: S.ChainedScheduler([S.ConstantLR(o, 0.1, 5), S.ExponentialLR(o, 0.9)]),
    "chained_three": lambda o: S.ChainedScheduler(
        [S.LinearLR(o, 0.2, 1.0, 6), S.StepLR(o, 5, 0.5), S.MultiplicativeLR(o, lambda t: 0.97)]),
    "chained_sequential": lambda o: S.ChainedScheduler(
        [S.SequentialLR(o, [S.ConstantLR(o, 0.5, 4), S.ExponentialLR(o, 0.9)], [4]), S.StepLR(o, 10, 0.1)]),
    "swa": lambda o: O.swa_utils.SWALR(o, [0.02, 0.7], 8),
    "swa_linear": lambda o: O.swa_utils.SWALR(o, 0.02, 5, "linear"),
    "plateau": lambda o: S.ReduceLROnPlateau(o, patience=2),
    "plateau_relative": lambda o: S.ReduceLROnPlateau(o, "max", 0.3, 0, 0.1, "rel", min_lr=0.001, eps=1e-2),
    "plateau_max": lambda o: S.ReduceLROnPlateau(o, "max", 0.5, 1, 0.05, "abs", cooldown=2, min_lr=[0.01, 0.1]),
}


def schedule(name, make):
    optimizer = groups(O.Adam if name.endswith("adam") else O.SGD)
    scheduler = make(optimizer)
    rows = []
    for epoch in range(31):
        rows.append([g["lr"] for g in optimizer.param_groups] +
                    [g["momentum"] if "momentum" in g else g["betas"][0] for g in optimizer.param_groups])
        optimizer.step()
        if epoch == 30:
            break
        scheduler.step(METRICS[epoch]) if name.startswith("plateau") else scheduler.step()
    return torch.tensor(rows, dtype=torch.float64)


def record():
    tensors = {}
    for name, (kind, options) in CASES.items():
        tensors[f"{name}.f64"] = trajectory(kind, options, torch.float64)
        tensors[f"{name}.f32"] = trajectory(kind, options, torch.float32)
    for name, make in SCHEDULES.items():
        tensors[f"schedule.{name}"] = schedule(name, make)
    save_file(tensors, DATA / "optim.safetensors", {"torch": torch.__version__.split("+")[0]})
    for keep, name in (("adam", "adam_amsgrad"), ("sgd", "sgd_momentum"), ("lbfgs", "lbfgs_history")):
        trajectory(*CASES[name], torch.float64, keep)


def check(path):
    """Goes on from a state that lithe wrote after 20 steps of case adam_amsgrad, beside PyTorch's own."""
    state = torch.load(path, weights_only=True)
    own = torch.load(DATA / "recorded_adam.pt", weights_only=True)
    ends = []
    for source in (state, own["optimizer"]):
        a, b = (own[key].clone().requires_grad_() for key in "ab")
        optimizer = O.Adam([a, b], lr=1)
        optimizer.load_state_dict(source)
        for _ in range(5):
            optimizer.zero_grad()
            loss(a, b, 1).backward()
            optimizer.step()
        ends.append(torch.cat([a.detach().flatten(), b.detach()]))
    assert torch.allclose(*ends, rtol=1e-12, atol=1e-12), ends
    print(f"PyTorch {torch.__version__} goes on from {path} as from its own")


if __name__ == "__main__":
    if sys.argv[1:] == ["record"]:
        record()
    elif len(sys.argv) == 3 and sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        sys.exit(__doc__)
