// The elementary functions of kernels against the C library's in f64, over all floats or a sample
// of them.
//
//   fuzz_lower_math                 every 40961st float
//   fuzz_lower_math --step 1 erfc   every float, of the functions named (all where none is)
//
// Prints the largest error of each in ulp, and fails where it passes the bound.
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/math_functions.h"

using namespace lithe::tests;

namespace {

struct Worst {
    double error = 0;
    float at = 0;
};

/// JIT-compiled once; called for one block of floats after the other.
class Kernel {
public:
    explicit Kernel(const MathFunction& function) : in_(Halide::Float(32), 1) {
        Halide::Var i;
        f_(i) = function.lower(in_(i));
        f_.vectorize(i, 16);
        f_.compile_jit(strict_target());
    }
    std::vector<float> operator()(std::vector<float>& x) {
        Halide::Buffer<float> in(x.data(), static_cast<int>(x.size()));
        in_.set(in);
        std::vector<float> y(x.size());
        Halide::Buffer<float> out(y.data(), static_cast<int>(y.size()));
        f_.realize(out, strict_target());
        return y;
    }

private:
    Halide::ImageParam in_;
    Halide::Func f_;
};

Worst check(const MathFunction& function, uint64_t step) {
    constexpr size_t block = 1 << 16;
    Kernel kernel(function);
    Worst worst;
    std::vector<float> x;
    const auto flush = [&] {
        const size_t count = x.size();
        x.resize((count + 15) / 16 * 16, 1.0f);
        const std::vector<float> y = kernel(x);
        for (size_t i = 0; i < count; ++i) {
            if (!applies(function, x[i])) continue;
            const double error = error_ulp(function, x[i], y[i]);
            if (!(error <= worst.error)) worst = {error, x[i]};
        }
        x.clear();
    };
    for (uint64_t bits = 0; bits < (uint64_t(1) << 32); bits += step) {
        x.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
        if (x.size() == block) flush();
    }
    if (!x.empty()) flush();
    return worst;
}

}  // namespace

int main(int argc, char** argv) {
    uint64_t step = 40961;
    std::vector<std::string> names;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--step") == 0 && i + 1 < argc) {
            step = std::max<uint64_t>(std::strtoull(argv[++i], nullptr, 10), 1);
        } else {
            names.emplace_back(argv[i]);
        }
    }
    int failed = 0, ran = 0;
    for (const MathFunction& function : math_functions()) {
        if (!names.empty() && std::find(names.begin(), names.end(), function.name) == names.end())
            continue;
        const Worst worst = check(function, step);
        const bool fits = worst.error <= function.bound_ulp;
        std::printf("%-12s %.4f ulp at %.9g, bound %.2g%s\n", function.name, worst.error,
                    static_cast<double>(worst.at), function.bound_ulp, fits ? "" : "  EXCEEDED");
        std::fflush(stdout);
        failed += fits ? 0 : 1;
        ++ran;
    }
    if (ran == 0) std::printf("no such function\n");
    return failed > 0 || ran == 0 ? 1 : 0;
}
