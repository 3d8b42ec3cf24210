#include "compiler/emit/header.h"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::emit;
using namespace lithe::tests;

namespace {
bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(emit_header)

BOOST_AUTO_TEST_CASE(says_what_the_model_takes_and_gives) {
    const std::string text = header_text(toy_artifact());
    BOOST_CHECK(text.starts_with("// toy: x: f32[N, 3] -> y: f32[N, 2], compiled for every CPU\n"));
    for (const char* part :
         {"extern const struct lithe_artifact toy_artifact;",
          "static inline lithe_status toy_create(const char* weights_path, lithe_model** model,",
          "return lithe_session_run(session, inputs, 1, outputs, 1, error);",
          "class Toy : public lithe::Model {",
          "    static constexpr std::string_view input_names[] = {\"x\"};\n",
          "    static constexpr std::int64_t input_x_shape[] = {-1, 3};\n",
          "    static constexpr std::int64_t output_y_shape[] = {-1, 2};\n",
          "    static constexpr std::int64_t N_min = 1, N_max = 8;\n",
          "    lithe::HostTensor run(const lithe::ConstTensorView& x) {\n"}) {
        BOOST_CHECK_MESSAGE(has(text, part), "missing: " << part << "\nin\n" << text);
    }
}

BOOST_AUTO_TEST_CASE(several_outputs_are_a_struct) {
    artifact::Artifact artifact = toy_artifact();
    artifact.name = "two_heads";
    artifact.inputs.push_back({"class", {DType::i64, {}}});
    artifact.outputs.push_back({"run", {DType::f64, {}}});
    const std::string text = header_text(artifact);
    for (const char* part :
         {"class TwoHeads : public lithe::Model {", "        lithe::HostTensor run_;  ///< f64[]\n",
          "    Outputs run(const lithe::ConstTensorView& x, const lithe::ConstTensorView& class_) "
          "{",
          "return {std::move(results[0]), std::move(results[1])};",
          "static constexpr std::span<const std::int64_t> input_class__shape{};"}) {
        BOOST_CHECK_MESSAGE(has(text, part), "missing: " << part << "\nin\n" << text);
    }
}

BOOST_AUTO_TEST_CASE(names_become_identifiers) {
    BOOST_CHECK_EQUAL(identifier("resnet-18.v2"), "resnet_18_v2");
    BOOST_CHECK_EQUAL(identifier("3d"), "_3d");
    BOOST_CHECK_EQUAL(identifier("class"), "class_");
    BOOST_CHECK_EQUAL(identifier(""), "_");
}

BOOST_AUTO_TEST_SUITE_END()
