#include "compiler/lower/in_place.h"

#include <fmt/format.h>
#include <lithe/lithe.h>

#include "tests/support/check_compiled.h"
#include "tests/support/compiled_function.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

constexpr int64_t channels = 32;

nn::Conv2d conv(int64_t taps) {
    return nn::Conv2d(nn::Conv2dOptions(channels, channels, taps).padding(taps / 2));
}

/// Two blocks with a residual behind a convolution; the first residual may be needed again.
struct Blocks {
    nn::ModuleList convs;
    bool is_needed_again = false;

    Blocks(int64_t taps, bool needed_again) : is_needed_again(needed_again) {
        for (int i = 0; i < 5; ++i) convs->push_back(i % 2 == 0 ? conv(taps) : conv(1));
    }

    Tensor apply(size_t i, const Tensor& x) const { return convs[i]->as<nn::Conv2d>()->forward(x); }

    Tensors operator()(const Tensors& in) const {
        const Tensor first = relu(apply(0, in[0]));
        Tensor x = first;
        for (const size_t block : {1, 3}) x = relu(apply(block + 1, relu(apply(block, x))) + x);
        if (is_needed_again) x = x * first;
        return {sum(x, {2, 3})};
    }
};

/// Bytes of the arena of a run.
size_t arena_of(CompiledModel& compiled, const Tensor& x, const Sizes& from, const Sizes& to) {
    Session session(compiled.model());
    std::vector<float> result(static_cast<size_t>(element_count(to)));
    const std::vector<ConstTensorView> views = {{x.array().raw(), DType::f32, from}};
    const std::vector<TensorView> results = {{result.data(), DType::f32, to}};
    session.run(views, results);
    return session.arena_bytes();
}

/// Bytes of the arena in images; results are checked against eager.
double images_of_arena(int64_t size, int64_t taps, bool is_needed_again) {
    manual_seed(3);
    const Blocks net(taps, is_needed_again);
    const std::string type = fmt::format("x:f32[1,{},{},{}]", channels, size, size);
    CompiledModel compiled = compile_subject({net.convs.ptr(), net}, type, compile_alone());
    const Tensors in{numbers({1, channels, size, size}, DType::f32)};
    const Tensors got = compiled(in);
    check_equal(got[0], net(in)[0], 2e-4);
    const Sizes image{1, channels, size, size}, means{1, channels};
    return static_cast<double>(arena_of(compiled, in[0], image, means)) /
           static_cast<double>(4 * channels * size * size);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_in_place)

BOOST_AUTO_TEST_CASE(a_residual_makes_place_for_the_result) {
    BOOST_TEST(images_of_arena(28, 1, false) < 2.5);
    BOOST_TEST(images_of_arena(28, 1, true) > 2.9);
}

// 11 x 11 pixels are cut into tiles that overlap; taps beside the pixel are padded or Winograd's.
BOOST_AUTO_TEST_CASE(results_are_right_at_any_size, *boost::unit_test::label("slow")) {
    for (const int64_t size : {1, 5, 11, 12, 28}) {
        for (const int64_t taps : {1, 3}) {
            for (const bool is_needed_again : {false, true}) {
                BOOST_TEST(images_of_arena(size, taps, is_needed_again) > 0);
            }
        }
    }
}

// What a round of a loop hands on stays where the loop puts it.
BOOST_AUTO_TEST_CASE(rounds_of_a_loop) {
    size_t arena[2];
    for (const bool is_needed_again : {false, true}) {
        auto module = std::make_shared<FunctionModule>();
        const Tensor w = module->parameter("w", numbers({64, 64}, DType::f32, 0.2, 1));
        const Forward forward = [=](const Tensors& in) -> Tensors {
            const ScanStep step = [&](const Tensors& now, const Tensors& x) -> ScanResult {
                const Tensor first = relu(matmul(x[0], w));
                Tensor y = relu(matmul(relu(matmul(first, w)), w) + first);
                y = matmul(y, w) + now[0];
                if (is_needed_again) y = y + amax(first, {1}, true);
                return {{y}, {}};
            };
            return {scan(step, {zeros({28, 64})}, {in[0]}).carries[0]};
        };
        const Tensors in{numbers({5, 28, 64}, DType::f32)};
        CompiledModel compiled =
            compile_subject({module, forward}, "x:f32[5,28,64]", compile_alone());
        const Tensors got = compiled(in);
        check_equal(got[0], forward(in)[0], 1e-4);
        arena[is_needed_again] = arena_of(compiled, in[0], {5, 28, 64}, {28, 64});
    }
    BOOST_TEST(arena[0] + 4 * 28 * 64 <= arena[1]);
}

BOOST_AUTO_TEST_SUITE_END()
