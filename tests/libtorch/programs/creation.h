// How LibTorch's users make tensors, ask them what they are and read them.
#pragma once

#include <lithe/torch.h>

#include <cstring>
#include <vector>

#include "tests/libtorch/programs/log.h"

namespace programs {

inline void make_tensors(Log& out) {
    auto options = torch::TensorOptions().dtype(torch::kFloat32).requires_grad(true);
    torch::Tensor a = torch::ones({2, 3}, options);
    out << a.requires_grad() << a.dim() << a.numel() << '\n';
    torch::Tensor b = torch::zeros({2, 2}, torch::kInt64);
    out << b << '\n';
    out << torch::full({2, 2}, 1.5) << '\n';
    out << torch::full({2}, 7, torch::TensorOptions().dtype(torch::kInt32)) << '\n';
    out << torch::eye(3) << '\n';
    out << torch::arange(5) << '\n';
    out << torch::arange(1, 2, 0.25) << '\n';
    out << torch::arange(0, 6, torch::kFloat32).view({2, 3}) << '\n';
    out << torch::linspace(0, 1, 5) << '\n';
    out << torch::tensor({{1.0, 2.0}, {3.0, 4.5}}) << '\n';
    out << torch::tensor({1, 2, 3}) << '\n';
    out << torch::tensor(std::vector<float>{1.f, 2.f}) << '\n';
    out << torch::tensor(3.5) << '\n';
    out << torch::tensor({true, false}) << '\n';
    out << torch::scalar_tensor(2.0) << '\n';
    out << torch::zeros_like(a) << torch::ones_like(b) << torch::full_like(a, 2) << '\n';
    out << torch::empty({0, 3}).sizes() << torch::empty_like(b).sizes() << '\n';
    out << torch::randint(3, {4, 4}).max().item<int64_t>() << '\n'
        << torch::randperm(4).sum() << '\n';
    out << torch::rand({2, 3}, torch::kDouble).sum() * 0
        << (torch::randn({2}).scalar_type() == torch::kFloat) << '\n';
    out << a.new_zeros({2}) << a.new_ones({1, 2}) << a.new_full({2}, 3) << a.new_empty({4}).sizes()
        << '\n';
    out << torch::ones(3) << torch::zeros({}) << '\n';
    std::vector<int64_t> shape = {2, 1};
    out << torch::ones(shape) << torch::zeros(b.sizes())
        << torch::arange(4).view(torch::IntArrayRef(shape).vec().size() == 2
                                     ? torch::IntArrayRef({2, 2})
                                     : torch::IntArrayRef({4}))
        << '\n';

    out << torch::triu(torch::ones({3, 3}), 1) << torch::tril(torch::ones({3, 3})) << '\n';
    auto grid = torch::meshgrid({torch::arange(2), torch::arange(3)}, "ij");
    out << grid[0] << grid[1] << '\n';
}

inline void read_tensors(Log& out) {
    std::vector<float> values = {1, 2, 3, 4, 5, 6};
    torch::Tensor t = torch::from_blob(values.data(), {2, 3});
    values[0] = 10;  // the memory is the caller's
    out << t << '\n';
    torch::Tensor own = torch::from_blob(values.data(), {2, 3}, torch::kFloat32).clone();
    values[1] = 20;
    out << own[0][1].item<float>() << ' ' << t[0][1].item<float>() << '\n';
    auto accessor = own.accessor<float, 2>();
    float sum = 0;
    for (int64_t i = 0; i < accessor.size(0); i++) {
        for (int64_t j = 0; j < accessor.size(1); j++) sum += accessor[i][j];
    }
    accessor[1][2] = 60;
    out << sum << ' ' << own.data_ptr<float>()[5] << '\n';
    out << own.sum().item<float>() << ' ' << own.sum().item().toFloat() << ' '
        << own.argmax().item<int64_t>() << ' ' << own[1][0].item<int>() << ' '
        << own.mean().item<double>() << '\n';
    out << own.sizes() << own.stride(0) << own.size(-1) << own.dim() << own.numel() << '\n';
    out << (own.sizes() == torch::IntArrayRef({2, 3})) << own.sizes().size() << own.sizes()[1]
        << own.sizes().vec().size() << '\n';
    std::vector<int64_t> shape = own.sizes().vec();
    out << shape.size() << shape[0] << shape[1] << '\n';
    out << (own.dtype() == torch::kFloat32) << (own.scalar_type() == torch::kFloat)
        << own.is_floating_point() << own.is_contiguous() << own.t().is_contiguous() << '\n';
    out << own.device() << ' ' << own.device().is_cpu() << own.is_cuda() << '\n';
    out << (own.options().dtype() == torch::kFloat32) << torch::zeros({1}, own.options()) << '\n';
    out << own.to(torch::kInt64) << own.toType(torch::kDouble) << own.to(torch::kCPU) << '\n';
    out << own.element_size() << own.nbytes() << own.defined() << torch::Tensor().defined() << '\n';
    out << torch::equal(own, own.clone()) << torch::allclose(own, own + 1e-9) << own.is_same(own)
        << '\n';
    std::vector<float> copied(own.data_ptr<float>(), own.data_ptr<float>() + own.numel());
    out << copied[3] << '\n';
    std::memcpy(own.data_ptr(), values.data(), values.size() * sizeof(float));
    out << own << '\n';
    const float* readonly = own.const_data_ptr<float>();
    out << readonly[1] << '\n';
    torch::Device device(torch::kCPU);
    if (torch::cuda::is_available()) device = torch::Device(torch::kCUDA, 0);
    out << own.to(device).sizes() << ' ' << device << ' ' << own.cpu().sizes() << '\n';
    out << torch::Device("cpu") << ' ' << (device == torch::kCPU) << device.is_cpu() << '\n';
    if (own.is_floating_point() && own.size(0) == 2 && !own.requires_grad()) out << "checked\n";
}

inline void compute_with_tensors(Log& out) {
    torch::Tensor a = torch::tensor({{1.f, -2.f, 3.f}, {-4.f, 5.f, -6.f}});
    torch::Tensor b = torch::tensor({{2.f, 2.f, 2.f}, {0.5f, 0.5f, 0.5f}});
    out << a + b << a - 1 << 2 * a << a / b << -a << '\n';
    out << a.add(b, 2) << torch::add(a, b, -1) << a.mul(b) << a.pow(2) << torch::pow(2, b) << '\n';
    out << (a > 0) << (a == 3) << (a > 0).logical_and(b > 1) << '\n';
    out << a.abs() << a.sign() << a.clamp(-2, 2) << torch::clamp(a, -1) << a.clamp_max(0)
        << torch::relu(a) << '\n';
    out << a.sum() << a.sum(0) << a.sum({0, 1}) << a.sum(1, /*keepdim=*/true) << a.mean(1)
        << a.std(1) << a.std(false) << a.var(0, false) << '\n';
    out << a.max() << std::get<0>(a.max(1)) << std::get<1>(a.max(1)) << a.argmax(1) << a.amax(0)
        << torch::min(a, b) << '\n';
    out << a.prod(1) << a.cumsum(1) << a.norm() << a.norm(1, 1) << a.any() << (a != 0).all()
        << '\n';
    out << a.t() << a.transpose(0, 1) << a.permute({1, 0}) << a.reshape({3, 2}) << a.view({-1})
        << a.flatten() << '\n';
    out << a.unsqueeze(0).sizes() << a.unsqueeze(-1).squeeze(-1).sizes()
        << a.expand({2, 2, 3}).sizes() << a.repeat({2, 1}).sizes() << '\n';
    out << torch::cat({a, b}, 0) << torch::stack({a, b}, -1).sizes()
        << torch::cat({a, b}, 1).sizes() << '\n';
    out << a.mm(b.t()) << torch::matmul(a, b.t()) << a.mv(b[0]) << torch::dot(a[0], b[0])
        << torch::bmm(a.unsqueeze(0), b.t().unsqueeze(0)) << '\n';
    out << torch::einsum("ij,kj->ik", {a, b}) << torch::outer(a[0], b[0])
        << torch::addmm(torch::ones({2, 2}), a, b.t()) << '\n';
    auto parts = a.chunk(2, 0);
    out << parts.size() << parts[1] << a.split(2, 1)[1] << a.split({1, 2}, 1)[1]
        << torch::unbind(a, 1)[2] << '\n';
    auto [values, indices] = a.topk(2, 1);
    out << values << indices << std::get<0>(a.sort(1)) << a.argsort(1, true) << '\n';
    out << torch::where(a > 0, a, torch::zeros_like(a)) << torch::where(a > 0, a, 0.0)
        << a.masked_fill(a < 0, 0) << a.masked_select(a > 0) << '\n';
    out << a.gather(1, torch::tensor({{0, 2}, {1, 1}})) << a.index_select(1, torch::tensor({2, 0}))
        << torch::nonzero(a > 0) << '\n';
    out << torch::exp(a) << a.log1p() << torch::sqrt(a.abs()) << a.sigmoid() << torch::tanh(a)
        << a.erf() << a.floor() << a.round() << '\n';
    out << a.softmax(1) << torch::log_softmax(a, 1) << a.logsumexp(1) << '\n';
    out << torch::isnan(a).any().item<bool>() << a.isfinite().all().item<bool>() << '\n';
    out << a.roll(1, 1) << a.flip({1}) << torch::diag(a.mm(b.t())) << a.trace() << '\n';

    out << torch::one_hot(torch::tensor({0, 2}), 3) << '\n';
    a.add_(1).mul_(2).clamp_(-5, 5).sub_(b);
    a += b;
    a *= 2;
    a -= 1;
    a /= 2;
    out << a << '\n';
    a.fill_(3);
    a.zero_();
    a.copy_(b);
    out << a << '\n';
}

}  // namespace programs
