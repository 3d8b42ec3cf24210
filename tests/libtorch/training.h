#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "lithe/compile.h"
#include "lithe/torch.h"
#include "tests/support/compile_options.h"

namespace lithe::tests {

/// Takes `steps` steps of an optimizer on the same data; the loss must fall to `fraction` of what
/// it was.
inline void check_learns(optim::Optimizer& optimizer, int steps, double fraction,
                         const std::function<Tensor()>& loss_of) {
    double first = 0, last = 0;
    for (int step = 0; step < steps; ++step) {
        optimizer.zero_grad();
        const Tensor loss = loss_of();
        loss.backward();
        optimizer.step();
        last = loss.item<double>();
        if (step == 0) first = last;
    }
    BOOST_TEST(last < first * fraction, "the loss went from " << first << " to " << last);
}

inline double largest_difference(const Tensor& a, const Tensor& b) {
    const Tensor difference = (a.to(kFloat64) - b.to(kFloat64)).abs();
    return difference.numel() == 0 ? 0 : difference.max().item<double>();
}

inline double largest(const Tensor& a) {
    return a.numel() == 0 ? 0 : a.to(kFloat64).abs().max().item<double>();
}

inline Tensors in_f64(const Tensors& tensors) {
    Tensors result;
    for (const Tensor& t : tensors) result.push_back(is_floating(t.dtype()) ? t.to(kFloat64) : t);
    return result;
}

/// Compiles a model for named sizes and compares it with eager mode at several of them. The truth
/// is eager f64: the compiled model may be off by four times what eager f32 is off by, which sums
/// in another order, or by `floor` of the largest value, where eager f32 happens to be exact.
template <class Model>
void check_compiled(Model model, const std::string& inputs, const std::vector<Tensors>& samples,
                    double floor = 1e-5) {
    model->eval();
    NoGradGuard no_grad;
    CompiledModel compiled = compile(model, inputs, compile_options());
    const Subject eager = subject_of(model);
    std::vector<Tensors> plain, exact;
    for (const Tensors& sample : samples) plain.push_back(eager.forward(sample));
    model->to(kFloat64);
    for (const Tensors& sample : samples) exact.push_back(eager.forward(in_f64(sample)));
    model->to(kFloat32);
    for (size_t i = 0; i < samples.size(); ++i) {
        const Tensors got = compiled(samples[i]);
        BOOST_REQUIRE(got.size() == exact[i].size());
        for (size_t k = 0; k < got.size(); ++k) {
            BOOST_REQUIRE(str(got[k].sizes()) == str(exact[i][k].sizes()));
            const double allowed = 4 * largest_difference(plain[i][k], exact[i][k]) +
                                   floor * (1e-6 + largest(exact[i][k]));
            const double off = largest_difference(got[k], exact[i][k]);
            BOOST_TEST(off <= allowed, "sample " << i << ", output " << k << ": off by " << off
                                                 << ", allowed " << allowed);
        }
    }
}

/// Inputs for several batch sizes.
inline std::vector<Tensors> batches(std::initializer_list<int64_t> sizes,
                                    const std::function<Tensor(int64_t)>& make) {
    std::vector<Tensors> result;
    for (const int64_t size : sizes) result.push_back({make(size)});
    return result;
}

}  // namespace lithe::tests
