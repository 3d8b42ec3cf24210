// Sizes in plain integers: what holds at the sizes of the trace alone is refused.
#include "compiler/compiled_model.h"
#include "dsl/nn.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// Does something else where a divisor divides the number of rows.
struct OfEveryFewImpl : nn::Module {
    int64_t divisor;
    explicit OfEveryFewImpl(int64_t d) : divisor(d) {}
    Tensor forward(const Tensor& x) {
        const int64_t rows = x.size(0);
        return rows % divisor == 0 ? relu(x) : sigmoid(x);
    }
};
LITHE_MODULE(OfEveryFew);

/// Two resolutions that are added to each other, sizes kept as plain integers.
struct FusedImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        Tensor fine = x, coarse = max_pool2d(x, 2);
        for (int round = 0; round < 2; ++round) {
            const int64_t height = fine.size(2), width = fine.size(3);
            const Tensor up = interpolate(coarse, {.size = {height, width}});
            fine = cat({(up + fine).slice(1, 0, 1), (up * fine).slice(1, 1)}, 1);
            coarse = max_pool2d(fine, 2);
        }
        return fine;
    }
};
LITHE_MODULE(Fused);

/// Pixels in rows after strides of 4, two plain integers multiplied; rows of a batch as the groups
/// of a convolution, each with a filter of its own.
struct StridedImpl : nn::Module {
    nn::Conv2d a = register_module("a", layer(2)), b = register_module("b", layer(4));
    static nn::Conv2d layer(int64_t channels) {
        return nn::Conv2d(nn::Conv2dOptions(channels, 4, 3).stride(2).padding(1));
    }
    Tensor forward(const Tensor& x) {
        const Tensor y = b(a(x));
        const int64_t batch = y.size(0), height = y.size(2), width = y.size(3);
        const Tensor style = y.mean({2, 3}).view({batch, 1, 4, 1, 1});
        const Tensor filters = (a->weight.view({1, 4, 2, 3, 3}) * style.slice(2, 0, 2));
        const Tensor image = y.slice(1, 0, 2).reshape({1, batch * 2, height, width});
        const Tensor z = conv2d(image, filters.reshape({batch * 4, 2, 3, 3}), {}, 1, 1, 1, batch);
        return z.view({batch, 4, height * width});
    }
};
LITHE_MODULE(Strided);

/// The middle of a line, as long as a window that strides have made: begins at a rest of the size
/// divided by 4.
struct MiddleImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const Tensor half = avg_pool1d(x, 4, 4), window = avg_pool1d(half, 8, 4);
        const int64_t have = half.size(2), want = 4 * window.size(2);
        const int64_t begin = (have - want) / 2;
        return half.slice(2, begin, begin + want);
    }
};
LITHE_MODULE(Middle);

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_generalize)

BOOST_AUTO_TEST_CASE(what_holds_for_some_rests_alone_is_refused) {
    for (const int64_t divisor : {2, 3, 4, 6}) {
        BOOST_TEST_CONTEXT("divided by " << divisor) {
            check_error("trace.not_general",
                        [&] { compile(OfEveryFew(divisor), "x:f32[N=1..100,4]"); });
        }
    }
}

BOOST_AUTO_TEST_CASE(rests_of_what_strides_made_are_seen) {
    check_error("trace.not_general", [] { compile(Middle(), "x:f32[N=1..4,2,L=200..2000]"); });
}

BOOST_AUTO_TEST_CASE(a_size_stays_one_beside_its_number) {
    Fused net;
    CompiledModel compiled = compile(net, "x:f32[N=1..3,2,H=4..40,W=4..40]");
    for (const auto& [height, width] : {std::pair{4, 4}, {9, 5}, {12, 20}, {33, 18}}) {
        const Tensor x = numbers({2, 2, height, width}, DType::f32);
        check_equal(compiled(x), net(x), 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(strided_sizes_and_groups_of_the_batch) {
    Strided net;
    CompiledModel compiled = compile(net, "x:f32[N=1..4,2,H=16..80,W=16..80]");
    for (const auto& [height, width] : {std::pair{16, 16}, {19, 34}, {50, 21}}) {
        for (const int64_t batch : {1, 3}) {
            const Tensor x = numbers({batch, 2, height, width}, DType::f32);
            check_equal(compiled(x), net(x), 1e-5);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
