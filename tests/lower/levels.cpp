// Every family of kernels, compiled for every level of the CPU that this machine has.
#include <set>

#include "compiler/lower/families.h"
#include "runtime/cpu.h"
#include "tests/support/check_compiled.h"
#include "tests/support/level_models.h"
#include "tests/support/sample.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

std::vector<std::string> levels_of_this_machine() {
    std::vector<std::string> levels;
    for (const char* level : {"x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"}) {
        if (runs_on_this_cpu(level)) levels.emplace_back(level);
    }
    return levels;
}

/// An input of a spec; sizes with a name get 7.
Tensors inputs_of(const LevelModel& model) {
    Tensors inputs;
    for (const InputSpec& spec : parse_input_specs(model.inputs)) {
        Sizes sizes;
        for (const Dim& dim : spec.type.shape)
            sizes.push_back(dim.is_constant() ? dim.constant() : 7);
        inputs.push_back(numbers(sizes, DType::f32, 1.5, static_cast<int>(inputs.size())));
    }
    return inputs;
}

void check_level(const LevelModel& model, const std::string& target) {
    CompileOptions options = compile_without_hooks();
    options.target = target;
    CompiledModel compiled = compile_subject(model.subject, model.inputs, options);
    const Tensors inputs = inputs_of(model);
    const Tensors got = compiled(inputs), want = model.subject.forward(inputs);
    BOOST_REQUIRE_EQUAL(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) {
        const Array a = got[i].array(), b = want[i].array();
        double largest = 1e-30, worst = 0;
        for (int64_t k = 0; k < b.count(); ++k) {
            largest = std::max(largest, std::abs(b.at(k)));
            worst = std::max(worst, std::abs(a.at(k) - b.at(k)));
        }
        BOOST_TEST(worst <= model.tolerance * largest, "result " << i << ": " << worst / largest);
    }
}

/// Winograd convolution in stages, which only large ones are given.
std::string winograd_stages(int lanes) {
    const std::string width = std::to_string(lanes);
    const std::string panels = std::to_string((7 + lanes - 1) / lanes);
    const std::string columns = std::to_string((7 + lanes - 1) / lanes * lanes);
    const std::string window = "pad_begin = [1, 1], pad_end = [1, 1], tile = 2}\n";
    return "%x = input : f32[1, 5, 6, 8]\n%w = input : f32[7, 8, 3, 3]\n%p = pack_winograd(%w) : "
           "f32[16, " +
           panels + ", 8, " + width + "] {by_element = true, panel = " + width +
           ", tile = 2}\n%d = winograd_data(%x) : f32[16, 9, 8] {" + window +
           "%m = packed_linear(%d, %p) : f32[16, 9, " + columns + "] {columns = " + columns +
           ", tile_rows = 4}\n%0 = winograd_result(%m, %x, %p) : f32[1, 5, 6, 7] {columns = 7, " +
           window;
}

/// The same with filters that are transformed in the run.
std::string winograd_stages_of_taps(int lanes) {
    const std::string width = std::to_string(lanes);
    const std::string window = "pad_begin = [1, 1], pad_end = [1, 1], tile = 2}\n";
    return "%x = input : f32[1, 5, 6, 16]\n%w = input : f32[3, 16, 3, 3]\n%p = pack_filters(%w) : "
           "f32[1, 3, 3, 16, " +
           width + "] {panel = " + width + "}\n%d = winograd_data(%x) : f32[16, 9, 16] {" + window +
           "%m = winograd_products(%d, %p) : f32[16, 9, " + width +
           "] {tile = 2, tile_rows = 3}\n%0 = winograd_result(%m, %x, %p) : f32[1, 5, 6, 3] "
           "{columns = 3, " +
           window;
}

/// Kernels that no choice of today makes for models so small: one row of one vector, stages, and
/// copies into a result of the model.
std::vector<std::string> single_vectors(const std::string& target) {
    const std::string lanes = std::to_string(lower::find_target(target).lanes());
    std::vector<std::string> texts = {
        "%x = input : f32[1, 21]\n%w = input : f32[1, 21, " + lanes +
            "]\n%0 = packed_linear(%x, %w) : f32[1, 3] {columns = 3, tile_rows = 1}\n",
        "%x = input : f32[1, 3, 3, 5]\n%w = input : f32[1, 3, 3, 5, " + lanes +
            "]\n%0 = packed_conv(%x, %w) : f32[1, 1, 1, 3] {columns = 3, dilation = [1, 1], stride "
            "= [1, 1], tile_rows = 1}\n",
        winograd_stages(lower::find_target(target).lanes()),
        winograd_stages_of_taps(lower::find_target(target).lanes()),
        "%x = input : f32[3, 5]\n%y = input : f32[3, 21]\n%0 = cat(%x, %y) : f32[3, 26] {axis = "
        "1}\n"};
    for (std::string& text : texts) text = "program p\n\ngraph forward\n" + text + "return %0\n";
    return texts;
}

/// The families that a program's kernels are of on a level.
std::vector<std::string> families_on(ir::Program program, const std::string& target) {
    CompileOptions options = compile_without_hooks();
    options.target = target;
    if (program.modules.empty()) program.modules.push_back({"", "Net", ""});
    passes::run_pipeline(program, pass_options(options));
    return families_of(program, lower::find_target(target));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_levels)

BOOST_AUTO_TEST_CASE(every_family_on_every_level, *boost::unit_test::label("sampled")) {
    const std::vector<std::string> levels = levels_of_this_machine();
    BOOST_REQUIRE(!levels.empty());
    Sample sample(5);
    for (const std::string& level : levels) {
        CompileOptions options = compile_alone();
        options.target = level;
        for (const std::string& text : single_vectors(level)) {
            if (!sample.takes()) continue;
            BOOST_TEST_CONTEXT(level << ": " << text) {
                CheckedProgram program(text, options);
                program.check(std::map<std::string, int64_t>{}, 2.25 * 144 * 6e-8 * 16);
            }
        }
        for (const LevelModel& model : level_models()) {
            if (!sample.takes()) continue;
            BOOST_TEST_CONTEXT(level << ": " << model.name) { check_level(model, level); }
        }
    }
}

/// The models above have kernels of all families, also on levels that this machine does not have.
BOOST_AUTO_TEST_CASE(models_of_every_family) {
    for (const char* level : {"x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"}) {
        std::set<std::string> families;
        for (const std::string& text : single_vectors(level)) {
            for (const auto& family : families_on(ir::parse_program(text), level))
                families.insert(family);
        }
        for (const LevelModel& model : level_models()) {
            ir::Program program = trace(*model.subject.module, model.subject.forward,
                                        parse_input_specs(model.inputs), model.name, false);
            for (const auto& family : families_on(std::move(program), level))
                families.insert(family);
        }
        for (const std::string& family : lower::family_names()) {
            BOOST_TEST(
                families.contains(family),
                level << ": no model in tests/support/level_models.cpp has a kernel of the family "
                      << family);
        }
    }
}

BOOST_AUTO_TEST_CASE(several_levels_in_one_library) {
    const LevelModel model = level_models().front();
    check_level(model, "x86-64-v2+x86-64-v3+x86-64-v4+x86-64-v3");
    CompileOptions options = compile_options();
    options.target = "x86-64-v3+x86-64-v4";
    const CompiledModel compiled = compile_subject(model.subject, model.inputs, options);
    BOOST_TEST(compiled.compiled().target.name == "x86-64-v4");
    BOOST_REQUIRE_EQUAL(compiled.compiled().others.size(), 1U);
    BOOST_TEST(compiled.compiled().others[0].target.name == "x86-64-v3");
    const std::string best = runs_on_this_cpu("x86-64-v4") ? "x86-64-v4" : "x86-64-v3";
    CompiledModel loaded = compiled;
    BOOST_TEST(loaded.model().artifact().target == best);
}

BOOST_AUTO_TEST_CASE(names_of_levels) {
    check_error("target.unknown", [] { lower::find_targets("x86-64-v4+z80"); });
    check_error("target.mixed", [] { lower::find_targets("aarch64+x86-64-v4"); });
    BOOST_TEST(lower::find_targets("host").size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
