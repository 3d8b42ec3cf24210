#include "runtime/size_binder.h"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;
using namespace lithe::artifact;

namespace {

/// a: f32[2 * N + 1], b: f32[N * T, T]; N = 1..9 in steps of 3, T = 1..5.
Artifact two_inputs() {
    Artifact artifact;
    artifact.name = "pair";
    artifact.symbols = {{"T", 1, 5, 1}, {"N", 1, 9, 3}};
    artifact.inputs = {
        {"a", {DType::f32, {plus(times(fixed(2), symbol(1)), fixed(1))}}},
        {"b", {DType::f32, {times(symbol(1), symbol(0)), symbol(0)}}},
    };
    artifact.outputs = {{"y", {DType::f32, {plus(symbol(0), symbol(1))}}}};
    return artifact;
}

std::vector<int64_t> bind(int64_t a, std::vector<int64_t> b) {
    const Artifact artifact = two_inputs();
    const std::vector<ConstTensorView> inputs = {{nullptr, DType::f32, {a}},
                                                 {nullptr, DType::f32, std::move(b)}};
    std::vector<int64_t> values(2);
    SizeBinder(artifact).bind(inputs, values);
    return values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_size_binder)

BOOST_AUTO_TEST_CASE(solves_linear_sizes) {
    BOOST_CHECK((bind(7, {6, 2}) == std::vector<int64_t>{2, 3}));
    const Artifact artifact = two_inputs();
    const std::vector<int64_t> values = {2, 3};
    BOOST_CHECK((SizeBinder(artifact).output_shape(0, values) == std::vector<int64_t>{5}));
}

BOOST_AUTO_TEST_CASE(inputs_that_disagree_are_named) {
    BOOST_CHECK_EQUAL(message_of([] { bind(8, {6, 2}); }),
                      "run: input 'a': size 0 of f32[8] is 8, f32[2 * N + 1] is compiled "
                      "[input.size]");
    BOOST_CHECK_EQUAL(message_of([] { bind(7, {8, 2}); }),
                      "run: input 'b': size 0 of f32[8, 2] is 8, not N * T = 6 [input.size]");
    BOOST_CHECK_EQUAL(message_of([] { bind(9, {8, 2}); }),
                      "run: input 'a': f32[9] makes N = 4, multiples of 3 are compiled "
                      "[input.multiple]");
    BOOST_CHECK_EQUAL(message_of([] { bind(25, {8, 2}); }),
                      "run: input 'a': f32[25] makes N = 12, 1 to 9 is compiled [input.range]");
    BOOST_CHECK_EQUAL(message_of([] { bind(INT64_MIN, {8, 2}); }),
                      "run: input 'a': size 0 of f32[-9223372036854775808] is "
                      "-9223372036854775808, f32[2 * N + 1] is compiled [input.size]");
}

BOOST_AUTO_TEST_CASE(a_size_that_no_input_tells_is_refused) {
    Artifact artifact = two_inputs();
    artifact.inputs.pop_back();
    BOOST_CHECK_EQUAL(message_of([&] { SizeBinder binder(artifact); }),
                      "artifact: no input tells the size 'T' [artifact.invalid]");
    artifact.inputs.clear();
    artifact.symbols.clear();
    BOOST_CHECK_EQUAL(message_of([&] { SizeBinder binder(artifact); }), "no error");
}

BOOST_AUTO_TEST_SUITE_END()
