// LibTorch's indexing, read and written.
#pragma once

#include <lithe/torch.h>

#include "tests/libtorch/programs/log.h"

namespace programs {

inline void index_tensors(Log& out) {
    using namespace torch::indexing;
    torch::Tensor t = torch::arange(24, torch::kFloat).view({2, 3, 4});
    out << t[1] << t[0][2] << t[1][2][3] << '\n';
    out << t.index({1}) << t.index({0, 1}) << t.index({0, 1, 2}) << '\n';
    out << t.index({"...", 0}) << t.index({Ellipsis, 0}).sizes() << t.index({Slice(), 1}) << '\n';
    out << t.index({Slice(), Slice(1, None), Slice(None, None, 2)}) << t.index({None, 0}).sizes()
        << '\n';
    out << t.index({Slice(None, -1)}).sizes() << t.index({0, Slice(None, 2), -1}) << '\n';
    out << t.index({torch::tensor({1, 0}), torch::tensor({2, 1})}) << '\n';
    out << t.index({t > 20}) << t.index({Slice(), torch::tensor({2, 0})}).sizes() << '\n';
    out << t.index({torch::tensor({true, false})}).sizes() << '\n';
    out << t.select(1, 2) << t.narrow(2, 1, 2) << t.slice(2, 0, 4, 3) << '\n';
}

inline void write_by_index(Log& out) {
    using namespace torch::indexing;
    torch::Tensor t = torch::zeros({3, 4});
    t[0][1] = 5;
    t[1] = torch::ones({4});
    out << t << '\n';
    t.index_put_({2}, 7);
    t.index_put_({Slice(), 3}, torch::tensor({1.f, 2.f, 3.f}));
    out << t << '\n';
    t.index_put_({Slice(0, 2), Slice(0, 2)}, torch::full({2, 2}, -1.f));
    t.index_put_({t < 0}, 9);
    out << t << '\n';
    t.index({0}).fill_(4);
    t.index({Slice(), 0}) += 1;
    t[2].zero_();
    t[2][0] += 3;
    t.select(0, 1).mul_(2);
    out << t << '\n';
    t.slice(1, 0, 2) = torch::zeros({3, 2});
    t.index({0, 3}) = 100;
    out << t << '\n';
    t.masked_fill_(t > 50, 0);
    t.scatter_(1, torch::tensor({{0}, {1}, {2}}), 8);
    t.index_fill_(1, torch::tensor({3}), -2);
    t.index_copy_(0, torch::tensor({1}), torch::full({1, 4}, 6.f));
    t.index_add_(0, torch::tensor({0, 0}), torch::ones({2, 4}));
    t.diagonal().fill_(0);
    out << t << '\n';
    torch::Tensor alias = t;
    alias = alias + 1;  // another tensor
    out << t[0][0].item<float>() << '\n';
    auto accessor = t.accessor<float, 2>();
    accessor[0][0] = 11;
    out << t[0] << '\n';
    torch::Tensor u = torch::arange(3);
    u[0] = u[2];
    out << u << '\n';
}

}  // namespace programs
