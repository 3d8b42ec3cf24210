#include "runtime/artifact.h"

#include <boost/test/unit_test.hpp>

#include "runtime/artifact_encode.h"
#include "runtime/error.h"

using namespace lithe;
using namespace lithe::artifact;

namespace {

SizeCode constant(int64_t value) { return {{{SizeCode::Kind::constant, value}}}; }
SizeCode symbol(int64_t index) { return {{{SizeCode::Kind::symbol, index}}}; }

/// Every table has a row and every field a value that is not its default.
Artifact sample() {
    Artifact a;
    a.name = "lenet";
    a.target = "x86-64-v3";
    a.symbols = {{"N", 1, 64, 2}};
    a.inputs = {{"x", {DType::f64, {symbol(0), constant(-3)}}}};
    a.outputs = {{"y", {DType::i64, {}}}};
    a.slots = {{"fc.weight", {"head.weight"}, false, false, false, DType::bf16, {3, 4}, true, 64}};
    a.state_keys = {{"fc.weight", 0}, {"head.weight", 0}};
    a.modules = {{"", "Net", ""}, {"fc", "Linear", "in_features=3"}};
    a.calls = {{0, -1}, {1, 0}};
    a.prepared = {{DType::f32, {constant(INT64_MAX), constant(INT64_MIN)}}};
    a.constants = {std::byte{1}, std::byte{2}, std::byte{255}};
    a.kernels = {"gemm", "relu"};
    PlanValue value;
    value.type = {DType::u8, {symbol(0)}};
    value.space = Space::random;
    value.index = 5;
    value.offset = 1 << 20;
    value.symbolic_offset = symbol(0);
    value.strides = {{{{SizeCode::Kind::symbol, 0},
                       {SizeCode::Kind::constant, 2},
                       {SizeCode::Kind::floor_div, 0}}}};
    Step step;
    step.kind = Step::Kind::loop_begin;
    step.index = 1;
    step.values = {0, 0};
    step.output_count = 2;
    step.symbols = {0};
    step.count = symbol(0);
    step.advance = {constant(4), symbol(0)};
    step.starts = {0, 0};
    step.start_offsets = {symbol(0)};
    step.moves = {0, 0};
    step.row_blocks = 3;
    a.plans = {{"forward", 1024, 512, {value}, {step, {}}, {0}, {0, 0}}};
    return a;
}

std::string error_of(std::span<const std::byte> bytes) {
    try {
        decode(bytes);
    } catch (const UserError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_artifact)

BOOST_AUTO_TEST_CASE(decode_is_the_inverse_of_encode) {
    BOOST_CHECK(decode(encode(sample())) == sample());
    BOOST_CHECK(decode(encode({})) == Artifact{});
}

BOOST_AUTO_TEST_CASE(equal_artifacts_have_equal_bytes) {
    BOOST_CHECK(encode(sample()) == encode(sample()));
    BOOST_CHECK(encode(sample()) != encode({}));
}

BOOST_AUTO_TEST_CASE(constants_are_aligned_in_place) {
    const std::vector<std::byte> bytes = encode(sample());
    Artifact tables;
    const auto constants = decode_in_place(bytes, tables);
    BOOST_CHECK_EQUAL((constants.data() - bytes.data()) % 64, 0);
    BOOST_CHECK_EQUAL(constants.size(), 3);
    BOOST_CHECK(tables.constants.empty());
    BOOST_CHECK_EQUAL(tables.name, "lenet");
}

BOOST_AUTO_TEST_CASE(every_truncation_is_found) {
    const std::vector<std::byte> bytes = encode(sample());
    for (size_t size = 0; size < bytes.size(); ++size) {
        const std::string error = error_of(std::span(bytes).first(size));
        BOOST_CHECK_MESSAGE(error.ends_with("[artifact.truncated]"), size << ": " << error);
    }
}

BOOST_AUTO_TEST_CASE(a_broken_byte_gives_an_error_or_another_artifact) {
    const std::vector<std::byte> bytes = encode(sample());
    size_t errors = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
        for (const int flip : {0x01, 0x80, 0xFF}) {
            std::vector<std::byte> broken = bytes;
            broken[i] ^= static_cast<std::byte>(flip);
            errors += error_of(broken) != "no error";
        }
    }
    BOOST_CHECK_GT(errors, bytes.size());
}

BOOST_AUTO_TEST_CASE(messages) {
    std::vector<std::byte> bytes = encode(sample());
    BOOST_CHECK_EQUAL(error_of({}),
                      "artifact: 0 bytes, the header alone has 24 [artifact.truncated]");
    bytes[4] = std::byte{99};
    BOOST_CHECK_EQUAL(error_of(bytes),
                      "artifact: has format 99, this runtime reads 4 [artifact.version]");
    bytes[0] = std::byte{0};
    BOOST_CHECK_EQUAL(error_of(bytes),
                      "artifact: these bytes are not an artifact [artifact.format]");
}

BOOST_AUTO_TEST_SUITE_END()
