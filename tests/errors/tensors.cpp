// Tensors, automatic differentiation, devices, sizes.
#include <lithe/lithe.h>

#include "runtime/tensor_view.h"
#include "tests/errors/cases.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

Tensor leaf() { return ones({2}).requires_grad_(); }

/// Two gradients for one argument.
struct Wrong : autograd::Function<Wrong> {
    static Tensor forward(autograd::AutogradContext*, const Tensor& x) { return x * 2; }
    static Tensors backward(autograd::AutogradContext*, const Tensors& dy) {
        return {dy[0], dy[0]};
    }
};
/// Reads a number as a text.
struct Forgetful : autograd::Function<Forgetful> {
    static Tensor forward(autograd::AutogradContext* context, const Tensor& x) {
        context->saved_data["scale"] = 2.0;
        return x * 2;
    }
    static Tensors backward(autograd::AutogradContext* context, const Tensors& dy) {
        context->saved_data["scale"].toStringRef();
        return dy;
    }
};

const ErrorCases cases = {
    {"tensor.undefined", [] { Tensor().dim(); }},
    {"tensor.undefined", [] { relu(Tensor()); }},
    {"tensor.item", [] { zeros({2}).item<float>(); }},
    {"tensor.dtype", [] { zeros({2}).data_ptr<double>(); }},
    {"tensor.dense", [] { zeros({2, 3}).t().data_ptr<float>(); }},
    {"tensor.ragged", [] { tensor({{1, 2}, {3}}); }},
    {"tensor.shared_write", [] { zeros({1}).expand({3}).add_(1); }},
    {"tensor.leaf_write", [] { leaf().add_(1); }},
    {"tensor.leaf_write", [] { leaf().unsqueeze_(0); }},
    {"resize_.grad", [] { leaf().resize_({3}); }},
    {"fill_diagonal_.rank", [] { zeros({2, 3, 2}).fill_diagonal_(1); }},
    {"random_.range", [] { zeros({2}).random_(3, 3); }},
    {"tensor.in_place_dtype", [] { zeros({2}, DType::i64).add_(1.5); }},
    {"tensor.in_place_shape", [] { zeros({2}).add_(zeros({3, 2})); }},
    {"tensor.assign", [] { zeros({2}).assign(zeros({3})); }},
    {"tensor.grad_dtype", [] { zeros({2}, DType::i64).requires_grad_(); }},
    {"tensor.not_leaf", [] { (leaf() * 2).requires_grad_(false); }},
    {"tensor.hook", [] { zeros({2}).register_hook([](const Tensor& g) { return g; }); }},
    {"tensor.size", [] { element_count(Sizes{3, -1}); }},
    {"array.too_large", [] { zeros({int64_t{1} << 40, int64_t{1} << 40}); }},
    {"backward.no_grad", [] { zeros({}).backward(); }},
    {"backward.not_scalar", [] { (leaf() * 2).backward(); }},
    {"backward.shape", [] { (leaf() * 2).backward(ones({3})); }},
    {"backward.twice",
     [] {
         const Tensor y = exp(leaf()).sum();
         y.backward();
         y.backward();
     }},
    {"backward.modified",
     [] {
         Tensor x = leaf();
         const Tensor loss = sum(x * x);
         {
             const NoGradGuard no_grad;
             x.add_(1);
         }
         loss.backward();
     }},
    {"backward.nan",
     [] {
         const autograd::DetectAnomalyGuard guard;
         sqrt(leaf() * 0).sum().backward();
     }},
    {"backward.inputs",
     [] {
         const Tensor y = leaf() * 2;
         autograd::backward({y.sum()}, {}, true, false, {y});
     }},
    {"autograd.no_grad", [] { autograd::grad({leaf().sum()}, {zeros({2})}); }},
    {"autograd.unused", [] { autograd::grad({leaf().sum()}, {leaf()}); }},
    {"function.gradients", [] { Wrong::apply(leaf()).sum().backward(); }},
    {"function.saved", [] { Forgetful::apply(leaf()).sum().backward(); }},
    {"device.name", [] { Device("gpu:x"); }},
    {"device.unavailable", [] { zeros({2}).cuda(); }},
    {"dim.syntax", [] { Dim::parse("2*N +"); }},
    {"dim.syntax", [] { Dim::parse("root(N, 2)"); }},
    {"dim.symbolic", [] { static_cast<void>(static_cast<int64_t>(Dim::symbol("N"))); }},
    {"dim.division", [] { floor_div(Dim::symbol("N"), Dim(0)); }},
    {"shape.slice", [] { zeros({2, 3}).sizes().slice(3); }},
    {"shape.slice", [] { zeros({2, 3}).sizes().slice(1, 2); }},
    {"type.syntax", [] { TensorType::parse("f33[2]"); }},
    {"type.syntax", [] { TensorType::parse("f32"); }},
};

}  // namespace
}  // namespace lithe::tests
