// The first elements of an order, found in blocks: the same elements as those of the whole order,
// also where elements are equal, infinite or NaN.
#include <lithe/lithe.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/passes/pipeline.h"
#include "compiler/trace/trace.h"
#include "tests/support/compiled_function.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// Few different numbers, and of floating ones some infinities, zeros of both signs and NaN.
Tensor awkward(const Sizes& sizes, DType dtype, int nan_in_ten) {
    std::mt19937 random(7);
    Array values = Array::empty(DType::f64, sizes);
    for (int64_t i = 0; i < values.count(); ++i) {
        double value = static_cast<double>(random() % 23);
        if (is_floating(dtype)) {
            value -= 11;
            if (random() % 40 == 0) value = std::numeric_limits<double>::infinity();
            if (random() % 40 == 0) value = -std::numeric_limits<double>::infinity();
            if (random() % 20 == 0) value = -0.0;
            if (static_cast<int>(random() % 10) < nan_in_ten)
                value = std::numeric_limits<double>::quiet_NaN();
        }
        values.data<double>()[i] = value;
    }
    return Tensor::from(values.to(dtype));
}

std::string spec_of(const Tensor& x) { return "x:" + x.type().str(); }

/// `count` of the elements along the axis, with the pass and without.
void check(const Tensor& x, int64_t axis, int64_t count, bool is_split = true) {
    for (const bool largest : {true, false}) {
        const Forward forward = [=](const Tensors& in) {
            return Tensors{std::get<1>(topk(in[0], count, axis, largest))};
        };
        BOOST_TEST_CONTEXT(x.type().str() << ", " << count << (largest ? " largest" : " least")) {
            const auto module = std::make_shared<FunctionModule>();
            ir::Program program = trace(*module, forward, parse_input_specs(spec_of(x)), "model");
            passes::Notes notes;
            BOOST_TEST(passes::run_pass(passes::find_pass("split_argsort"), program, notes) ==
                       is_split);
            const std::vector<Array> got =
                ir::Interpreter(program).run(*program.graph("forward"), {x.array()});
            check_equal(Tensor::from(got[0]), forward({x})[0], 0);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_split_argsort)

BOOST_AUTO_TEST_CASE(equal_elements_keep_their_order) {
    for (const DType dtype : {DType::f32, DType::f64, DType::i64, DType::i32, DType::u8}) {
        check(awkward({4099}, dtype, 0), 0, 5);
        check(awkward({3, 1024}, dtype, 1), 1, 8);
        check(awkward({2, 1000, 3}, dtype, 1), 1, 7);
    }
}

BOOST_AUTO_TEST_CASE(nan_is_the_largest) {
    for (const int nan_in_ten : {5, 9, 10}) {
        check(awkward({2000}, DType::f32, nan_in_ten), 0, 9);
        check(awkward({3001}, DType::f64, nan_in_ten), -1, 30);
    }
}

BOOST_AUTO_TEST_CASE(blocks_are_split_again) {
    check(awkward({100003}, DType::f32, 0), 0, 3);
    check(numbers({65536}, DType::f32), 0, 1);
}

BOOST_AUTO_TEST_CASE(what_is_short_is_sorted) {
    check(awkward({40}, DType::f32, 0), 0, 20, false);
    check(awkward({1000}, DType::f32, 0), 0, 600, false);
}

BOOST_AUTO_TEST_CASE(compiled_equals_eager) {
    CompiledFunction f(
        [](const Tensors& in) {
            const auto [most, at] = topk(in[0], 6, 1);
            return Tensors{most, at};
        },
        "x:f32[N=1..4,1500]");
    for (const int64_t n : {1, 3}) f.check({awkward({n, 1500}, DType::f32, 1)}, 0);
}

BOOST_AUTO_TEST_SUITE_END()
