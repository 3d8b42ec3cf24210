#include "runtime/model.h"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "runtime/convert.h"
#include "runtime/error.h"
#include "runtime/session.h"
#include "runtime/torch_zip.h"
#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::vector<std::string> names(const StateDict& dict) {
    std::vector<std::string> result;
    for (const NamedTensor& entry : dict) result.push_back(entry.name);
    return result;
}

float first(const StateDict& dict, std::string_view name) { return *dict[name].as<float>(); }

std::vector<float> run(const Model& model) {
    const std::vector<float> x = {1, 2, 3};
    const auto y = Session(model).run({{x.data(), DType::f32, {1, 3}}});
    return {y[0].data<float>(), y[0].data<float>() + 2};
}

struct Fixture {
    ToyWeights weights{2, 1}, other{3};
    Model model{toy().table(), weights.dict()};
    using Names = std::vector<std::string>;
    using Row = std::vector<float>;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_model, Fixture, *boost::unit_test::label("threads"))

BOOST_AUTO_TEST_CASE(lists_what_the_author_named) {
    BOOST_CHECK((names(model.named_parameters()) == Names{"fc.weight", "fc.bias"}));
    BOOST_CHECK((names(model.named_buffers()) == Names{"runs"}));
    BOOST_CHECK((names(model.state_dict()) == Names{"fc.weight", "fc.bias", "runs"}));
    BOOST_CHECK_EQUAL(model.parameters().size(), 2);
    BOOST_CHECK_EQUAL(model.named_modules()[1].path, "fc");
    BOOST_CHECK_EQUAL(first(model.state_dict(), "fc.weight"), 2);
    BOOST_CHECK_EQUAL(*model.state_dict()["runs"].as<int64_t>(), 0);
    BOOST_CHECK_EQUAL(model.text(),
                      "Toy(\n  (fc): Linear(in_features=3, out_features=2)\n  (act): ReLU()\n)");
    BOOST_CHECK_EQUAL(message_of([&] { model.state_dict()["fc.wieght"]; }),
                      "state_dict: no tensor 'fc.wieght'; did you mean 'fc.weight'? "
                      "[state_dict.unknown_key]");
}

BOOST_AUTO_TEST_CASE(weights_that_keep_their_memory_are_not_copied) {
    BOOST_CHECK(model.state_dict()["fc.bias"].data == weights.dict()["fc.bias"].data);
    const Model copied(toy().table(), weights.dict().entries());
    BOOST_CHECK(copied.state_dict()["fc.bias"].data != weights.dict()["fc.bias"].data);
}

BOOST_AUTO_TEST_CASE(a_listing_keeps_its_values) {
    const StateDict before = model.state_dict();
    const LoadResult result = model.load_state_dict(other.dict());
    BOOST_CHECK_EQUAL(result.text(), "<All keys matched successfully>");
    BOOST_CHECK_EQUAL(first(before, "fc.weight"), 2);
    BOOST_CHECK_EQUAL(first(model.state_dict(), "fc.weight"), 3);
    BOOST_CHECK((run(model) == Row{18, 18}));
}

BOOST_AUTO_TEST_CASE(everything_wrong_is_in_one_error_and_nothing_changes) {
    const float data[8] = {};
    std::vector<NamedTensor> broken = {{"fc.weight", {data, DType::f32, {2, 4}}},
                                       {"fc.bais", {data, DType::f32, {2}}}};
    BOOST_CHECK_EQUAL(
        message_of([&] { model.load_state_dict(broken); }),
        "Error(s) in loading state_dict for Toy:\n"
        "\tMissing key(s) in state_dict: \"fc.bias\". \n"
        "\tUnexpected key(s) in state_dict: \"fc.bais\". Did you mean \"fc.bias\"? \n"
        "\tsize mismatch for fc.weight: copying a param with shape torch.Size([2, 4]) from "
        "checkpoint, the shape in current model is torch.Size([2, 3]). [state_dict.mismatch]");
    BOOST_CHECK_EQUAL(message_of([&] { model.load_state_dict(broken, {.strict = false}); }),
                      "Error(s) in loading state_dict for Toy:\n"
                      "\tsize mismatch for fc.weight: copying a param with shape torch.Size([2, 4])"
                      " from checkpoint, the shape in current model is torch.Size([2, 3]). "
                      "[state_dict.mismatch]");
    BOOST_CHECK((run(model) == Row{13, 13}));
    BOOST_CHECK_EQUAL(first(model.state_dict(), "fc.bias"), 1);
}

BOOST_AUTO_TEST_CASE(what_a_loose_state_dict_lacks_keeps_its_value) {
    const float data[2] = {5, 5};
    const std::vector<NamedTensor> part = {{"fc.bias", {data, DType::f32, {2}}},
                                           {"head", {data, DType::f32, {2}}}};
    const LoadResult result = model.load_state_dict(part, {.strict = false});
    BOOST_CHECK_EQUAL(result.text(),
                      "_IncompatibleKeys(missing_keys=['fc.weight'], unexpected_keys=['head'])");
    BOOST_CHECK((run(model) == Row{17, 17}));
}

BOOST_AUTO_TEST_CASE(elements_are_converted) {
    const double weight[6] = {2, 2, 2, 2, 2, 2};
    const uint16_t bias[2] = {float_to_half(7), float_to_half(8)};
    const std::vector<NamedTensor> mixed = {{"fc.weight", {weight, DType::f64, {2, 3}}},
                                            {"fc.bias", {bias, DType::f16, {2}}}};
    model.load_state_dict(mixed);
    BOOST_CHECK((run(model) == Row{19, 20}));
}

BOOST_AUTO_TEST_CASE(whole_numbers_are_no_weights) {
    const int32_t bias[2] = {7, 8};
    const Row before = run(model);
    std::vector<NamedTensor> entries = weights.entries();
    for (NamedTensor& entry : entries) {
        if (entry.name == "fc.bias") entry.tensor = {bias, DType::i32, {2}};
    }
    BOOST_CHECK_EXCEPTION(
        model.load_state_dict(entries, {.strict = false}), UserError,
        [](const UserError& error) { return error.id() == "state_dict.mismatch"; });
    BOOST_CHECK((run(model) == before));
}

BOOST_AUTO_TEST_CASE(a_tensor_of_one_element_fills_a_scalar) {
    std::vector<NamedTensor> entries = weights.entries();
    const int64_t runs = 9;
    entries.push_back({"runs", {&runs, DType::i64, {1}}});
    model.load_state_dict(entries);
    BOOST_CHECK_EQUAL(*model.state_dict()["runs"].as<int64_t>(), 9);
    BOOST_CHECK(model.state_dict()["runs"].shape.empty());
}

BOOST_AUTO_TEST_CASE(files_go_both_ways) {
    const std::string path =
        (std::filesystem::temp_directory_path() / "lithe_runtime_model.safetensors").string();
    model.load_state_dict(other.dict());
    model.save_state_dict(path);
    const Model loaded(toy().table(), path);
    BOOST_CHECK((run(loaded) == Row{18, 18}));
    model.load_state_dict(weights.dict());
    BOOST_CHECK((run(model) == Row{13, 13}));
    model.load_state_dict(path);
    BOOST_CHECK((run(model) == Row{18, 18}));
    std::remove(path.c_str());
    BOOST_CHECK_THROW(model.load_state_dict(path), UserError);
    BOOST_CHECK((run(model) == Row{18, 18}));
}

BOOST_AUTO_TEST_CASE(what_torch_saves_is_loaded) {
    const std::string path =
        (std::filesystem::temp_directory_path() / "lithe_runtime_model.pt").string();
    save_torch_zip(path, other.entries());
    BOOST_CHECK((run(Model(toy().table(), path)) == Row{18, 18}));
    model.load_state_dict(path);
    std::remove(path.c_str());
    BOOST_CHECK((run(model) == Row{18, 18}));
}

BOOST_AUTO_TEST_CASE(tied_names_are_all_there) {
    artifact::Artifact artifact = toy_artifact();
    artifact.slots[0].aliases = {"head.weight"};
    artifact.state_keys = {{"fc.weight", 0}, {"fc.bias", 1}, {"head.weight", 0}, {"runs", 2}};
    const Linked linked(artifact, toy_kernels());
    std::vector<NamedTensor> entries = weights.entries();
    BOOST_CHECK_EQUAL(message_of([&] { Model(linked.table(), entries); }),
                      "Error(s) in loading state_dict for Toy:\n"
                      "\tMissing key(s) in state_dict: \"head.weight\". [state_dict.mismatch]");
    entries.push_back({"head.weight", other.dict()["fc.weight"]});
    const Model tied(linked.table(), entries);
    BOOST_CHECK((names(tied.state_dict()) == Names{"fc.weight", "fc.bias", "head.weight", "runs"}));
    BOOST_CHECK((names(tied.named_parameters()) == Names{"fc.weight", "fc.bias"}));
    BOOST_CHECK((run(tied) == Row{19, 19}));  // the last one counts, as in PyTorch
}

BOOST_AUTO_TEST_CASE(what_no_state_dict_carries_has_its_first_value) {
    artifact::Artifact artifact = toy_artifact();
    artifact.slots[1].persistent = false;
    artifact.slots[1].initial_offset = 4;
    artifact.constants.resize(12);
    const float bias[2] = {10, 20};
    std::memcpy(artifact.constants.data() + 4, bias, sizeof(bias));
    const Linked linked(artifact, toy_kernels());
    const std::vector<NamedTensor> entries = {weights.entries()[0]};
    const Model model2(linked.table(), entries);
    BOOST_CHECK((run(model2) == Row{22, 32}));
    BOOST_CHECK((names(model2.state_dict()) == Names{"fc.weight", "runs"}));
}

BOOST_AUTO_TEST_CASE(what_was_not_compiled_in_is_told) {
    artifact::Artifact artifact = toy_artifact();
    artifact.plans.resize(2);
    const Linked linked(artifact, toy_kernels());
    Model plain(linked.table(), weights.dict());
    BOOST_CHECK_EQUAL(message_of([&] { plain.train(); }),
                      "train: toy was compiled for evaluation alone [model.train]");
    BOOST_CHECK_EQUAL(message_of([&] { plain.register_forward_hook("fc", [](HookContext&) {}); }),
                      "register_forward_hook: toy was compiled without hooks [hook.not_compiled]");
}

BOOST_AUTO_TEST_CASE(the_first_level_that_this_cpu_has_is_taken) {
    const auto linked = [](const char* target, const char* name) {
        artifact::Artifact artifact = toy_artifact();
        artifact.target = target;
        artifact.name = name;
        return Linked(artifact, toy_kernels());
    };
    const Linked best = linked("host:avx9000", "best"), good = linked("", "good"),
                 plain = linked("", "plain"), foreign = linked("pdp-11", "foreign");
    lithe_artifact last = plain.table(), middle = good.table(), first = best.table();
    middle.next = &last;
    first.next = &middle;
    BOOST_CHECK_EQUAL(Model(first, weights.dict()).name(), "good");
    BOOST_CHECK_EQUAL(Model(middle, weights.dict()).name(), "good");
    BOOST_CHECK((run(Model(first, weights.dict())) == run(Model(last, weights.dict()))));
    // Where none runs, the least that the library needs is told.
    lithe_artifact unknown = foreign.table();
    first.next = &unknown;
    BOOST_CHECK_EQUAL(message_of([&] { Model(first, weights.dict()); }),
                      "model: compiled for 'pdp-11', but this CPU is none [model.cpu]");
}

BOOST_AUTO_TEST_CASE(what_is_no_model_is_refused) {
    lithe_artifact table = toy().table();
    table.magic = 7;
    BOOST_CHECK_EQUAL(message_of([&] { Model(table, weights.dict()); }),
                      "model: this is not a compiled model of lithe's [model.artifact]");
    table = toy().table();
    table.kernel_count = 2;
    BOOST_CHECK_EQUAL(message_of([&] { Model(table, weights.dict()); }),
                      "model: the tables name 6 kernels, 2 are linked [model.artifact]");
    artifact::Artifact artifact = toy_artifact();
    artifact.target = "pdp-11";
    const Linked linked(artifact, toy_kernels());
    BOOST_CHECK_EQUAL(message_of([&] { Model(linked.table(), weights.dict()); }),
                      "model: compiled for 'pdp-11', but this CPU is none [model.cpu]");
}

BOOST_AUTO_TEST_SUITE_END()
