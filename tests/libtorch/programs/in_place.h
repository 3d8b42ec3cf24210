// What LibTorch's users write in place: reshapes of a tensor itself, rarer twins of functions.
#pragma once

#include <lithe/torch.h>

#include "tests/libtorch/programs/log.h"

namespace programs {

inline void reshape_in_place(Log& out) {
    torch::Tensor x = torch::arange(6, torch::kFloat).view({2, 3}).clone();
    torch::Tensor copy = x, row = x[1];
    x.unsqueeze_(0);
    out << x.sizes() << copy.sizes() << row << '\n';
    x.squeeze_(0).transpose_(0, 1);
    row.mul_(10);  // a view from before the transpose
    x.select(1, 0).add_(100);
    out << x << row << copy.is_same(x) << '\n';
    x.t_();
    out << x << x.is_contiguous() << x.unsqueeze_(-1).squeeze_().sizes() << '\n';
    torch::Tensor y = torch::arange(20, torch::kFloat).view({4, 1, 5}).clone();
    y.swapaxes_(0, 2);
    out << y.sizes() << y.swapdims_(0, 2).sizes() << y.squeeze_(1).sizes() << '\n';
    y.resize_({2, 2});
    out << y << y.resize_as_(torch::ones({1, 3})).sizes() << '\n';

    torch::Tensor leaf = torch::ones({2, 2}, torch::requires_grad());
    torch::Tensor z = leaf * torch::arange(4, torch::kFloat).view({2, 2});
    z.transpose_(0, 1);
    z[0].mul_(3);
    z.unsqueeze_(0);
    z.sum().backward();
    out << leaf.grad() << z.sizes() << '\n';
    torch::Tensor cut = leaf * 2;
    cut.detach_();
    out << cut.requires_grad() << cut.is_leaf() << cut << '\n';
    bool refused = false;
    try {
        leaf.unsqueeze_(0);
    } catch (const c10::Error&) {
        refused = true;
    }
    out << refused << leaf.sizes() << '\n';
}

inline void write_in_place(Log& out) {
    torch::Tensor a = torch::full({3}, 0.3f);
    a.logit_().sigmoid_().erfinv_().sinc_();
    out << a << a.clip_(0, 0.5).negative_().absolute_() << '\n';
    a.copysign_(-1).asinh_().deg2rad_().rad2deg_();
    out << a << a.atanh_() << a.lgamma_() << '\n';
    torch::Tensor q = torch::tensor({3, 1, 2});
    q <<= 2;
    q.bitwise_right_shift_(1).bitwise_left_shift_(torch::tensor({0, 1, 2}));
    q >>= 1;
    out << q << q.greater_(2) << '\n';
    torch::Tensor m = torch::zeros({3, 3});
    m.fill_diagonal_(4).put_(torch::tensor({1, 8}), torch::tensor({5.f, 6.f}));
    m.addr_(torch::ones({3}), torch::arange(3, torch::kFloat))
        .addbmm_(torch::ones({2, 3, 1}), torch::ones({2, 1, 3}), 1, 0.5);
    out << m << torch::zeros({5, 2}).fill_diagonal_(1, true) << '\n';
    torch::Tensor v = torch::ones({3});
    out << v.addmv_(m, torch::ones({3}), 0.5) << v.xlogy_(2).ldexp_(torch::tensor({1, 2, 3}))
        << v.clamp_(torch::full({3}, 30.f), torch::full({3}, 60.f)) << '\n';
    torch::Tensor d = torch::empty({400});
    out << (d.exponential_(2).mean() > 0.3).item<bool>() << d.geometric_(0.5).min()
        << (d.random_(5).max() < 5).item<bool>() << (d.random_(2, 4).min() >= 2).item<bool>()
        << (d.log_normal_().min() > 0).item<bool>() << d.cauchy_().isfinite().all() << '\n';
}

/// What else is asked of tensors and their options.
inline void ask_tensors(Log& out) {
    auto options = torch::TensorOptions().dtype(torch::kFloat64).requires_grad(true);
    out << options.requires_grad() << torch::TensorOptions().requires_grad()
        << options.requires_grad(false).requires_grad() << options.has_dtype() << '\n';
    torch::Tensor x = torch::arange(12, torch::kFloat).view({3, 4});
    out << x[1].storage_offset() << x.is_view() << torch::ones(1).is_view() << x.is_signed()
        << x.is_complex() << x.is_cpu() << x.toString() << '\n';
    out << x.is_same_size(x.t()) << x[0].is_alias_of(x) << x.clone().is_alias_of(x)
        << x[0][1].is_nonzero() << x.get_device() << '\n';
    torch::Tensor h = x.to(torch::kHalf);
    out << (h.scalar_type() == torch::kHalf) << h.to(torch::kFloat) << h[2].to(torch::kDouble)
        << torch::ones({2}, torch::kBFloat16).to(torch::kFloat)
        << torch::tensor({-7, 300}).to(torch::kChar).to(torch::kInt) << '\n';
    out << x.softmax(1).multinomial(2).sizes() << x.cov() << x.corrcoef()[0] << '\n';
    out << x.diagonal().diagflat() << x.hsplit(2)[1] << x.vsplit(3)[2] << x.msort()[0] << '\n';
    torch::Tensor g = torch::ones({2}, torch::requires_grad());
    auto id = g.register_hook([](torch::Tensor gradient) { return gradient * 5; });
    g.remove_hook(id);
    g.sum().backward();
    out << g.grad() << '\n';
    g.reset();
    out << g.defined() << g.numel() << '\n';
    out << torch::combinations(torch::arange(4)) << torch::vander(torch::arange(3))
        << torch::trapezoid(x, 2) << torch::trapz(x, torch::tensor({0.f, 1.f, 3.f, 4.f}))
        << torch::cumulative_trapezoid(x[0]) << '\n';
    out << torch::float_power(x[0], 2) << torch::ldexp(x[0], torch::tensor({1}))
        << (torch::promote_types(torch::kInt, torch::kFloat) == torch::kFloat)
        << torch::can_cast(torch::kFloat, torch::kInt) << '\n';
    out << x.contiguous(torch::MemoryFormat::Contiguous).is_contiguous()
        << x.view({1, 3, 2, 2}).to(torch::MemoryFormat::ChannelsLast).sum() << '\n';
}

}  // namespace programs
